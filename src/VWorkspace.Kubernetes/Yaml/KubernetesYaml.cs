using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.Yaml;

/// <summary>
/// Reads and writes YAML the way Kubernetes does (<c>sigs.k8s.io/yaml</c>): YAML is a notation for JSON, so what comes out are
/// <see cref="JsonNode"/>s.
/// </summary>
/// <remarks>
/// Plain scalars are typed (null, booleans including <c>yes</c>/<c>no</c>/<c>on</c>/<c>off</c>, integers of any size, floats; everything else, timestamps included,
/// is a string); quoted and block scalars are strings. Anchors, aliases and merge keys are resolved. Unlike the lenient mode of the upstream library a
/// duplicate key is an error: it is never what the author meant. JSON is YAML, so JSON text is read too.
/// </remarks>
public static class KubernetesYaml
{
    internal const int MaxDepth = 500;

    /// <summary>Reads all documents of a text. Empty documents (nothing, only comments, or a bare null) are left out.</summary>
    /// <param name="yaml">The text; documents are separated by <c>---</c>.</param>
    /// <exception cref="KubernetesYamlException">The text is not valid YAML or has no JSON equivalent.</exception>
    public static IReadOnlyList<JsonNode> Parse(string yaml)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        using var reader = new StringReader(yaml);
        return Parse(reader);
    }

    /// <summary>Reads all documents of a UTF-8 (or byte-order-marked) stream. Empty documents are left out.</summary>
    /// <param name="stream">The stream; it is read to its end and stays open.</param>
    /// <exception cref="KubernetesYamlException">The text is not valid YAML or has no JSON equivalent.</exception>
    public static IReadOnlyList<JsonNode> Parse(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var reader = new StreamReader(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, bufferSize: 4096, leaveOpen: true);
        return Parse(reader);
    }

    /// <summary>Reads all documents; each must be a mapping.</summary>
    /// <param name="yaml">The text; documents are separated by <c>---</c>.</param>
    /// <exception cref="KubernetesYamlException">The text is not valid YAML, or a document is not a mapping.</exception>
    public static IReadOnlyList<JsonObject> ParseObjects(string yaml)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        using var reader = new StringReader(yaml);
        return ParseObjects(reader);
    }

    /// <summary>Reads all documents of a stream; each must be a mapping.</summary>
    /// <param name="stream">The stream; it is read to its end and stays open.</param>
    /// <exception cref="KubernetesYamlException">The text is not valid YAML, or a document is not a mapping.</exception>
    public static IReadOnlyList<JsonObject> ParseObjects(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var reader = new StreamReader(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, bufferSize: 4096, leaveOpen: true);
        return ParseObjects(reader);
    }

    /// <summary>Reads a text that holds exactly one mapping, such as a manifest of one object or a kubeconfig.</summary>
    /// <param name="yaml">The text.</param>
    /// <exception cref="KubernetesYamlException">The text is not valid YAML, or does not hold exactly one mapping.</exception>
    public static JsonObject ParseObject(string yaml)
    {
        var documents = ParseObjects(yaml);
        return documents.Count == 1
            ? documents[0]
            : throw new KubernetesYamlException(1, 1, $"expected exactly one document, found {documents.Count}");
    }

    /// <summary>Writes one document as block-style YAML that ends in a line break. Member order is kept; strings that would be read as something else are quoted.</summary>
    /// <param name="node">The value; null writes <c>null</c>.</param>
    public static string Write(JsonNode? node)
    {
        var text = new StringBuilder();
        YamlEmitter.Emit(text, node);
        return text.ToString();
    }

    /// <summary>Writes documents one after another, separated by <c>---</c>.</summary>
    /// <param name="documents">The values in order.</param>
    public static string WriteAll(IEnumerable<JsonNode?> documents)
    {
        ArgumentNullException.ThrowIfNull(documents);
        var text = new StringBuilder();
        foreach (var document in documents)
        {
            if (text.Length > 0) text.Append("---\n");
            YamlEmitter.Emit(text, document);
        }

        return text.ToString();
    }

    private static List<JsonNode> Parse(TextReader reader)
    {
        var documents = new List<JsonNode>();
        foreach (var document in new YamlTreeReader(reader).ReadDocuments())
        {
            if (ToJson(document) is { } node) documents.Add(node);
        }

        return documents;
    }

    private static List<JsonObject> ParseObjects(TextReader reader)
    {
        var documents = new List<JsonObject>();
        foreach (var document in new YamlTreeReader(reader).ReadDocuments())
        {
            switch (ToJson(document))
            {
                case null: break;
                case JsonObject o: documents.Add(o); break;
                default: throw new KubernetesYamlException(document.Line, document.Column, "the document must be a mapping");
            }
        }

        return documents;
    }

    /// <summary>One pass through UTF-8 JSON makes all nodes of one kind (backed by parsed elements), so that callers can ask any number for any numeric type.</summary>
    private static JsonNode? ToJson(YamlTree document)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { MaxDepth = MaxDepth + 1, SkipValidation = true }))
        {
            var budget = YamlTree.NodeBudget;
            document.WriteTo(writer, ref budget);
        }

        return JsonNode.Parse(buffer.WrittenSpan, documentOptions: new JsonDocumentOptions { MaxDepth = MaxDepth + 1 });
    }
}
