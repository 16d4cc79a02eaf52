using System.Text;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes;

/// <summary>One mapping of a kubeconfig together with where it stands, so that every complaint can say so.</summary>
/// <param name="File">File that it comes from.</param>
/// <param name="Where">Place in the file, for instance <c>users[admin].user</c>.</param>
/// <param name="Value">The mapping.</param>
internal sealed record KubeconfigEntry(string File, string Where, JsonObject Value)
{
    /// <summary>A text, or null when absent or empty.</summary>
    public string? Text(string field) => Value[field] switch
    {
        null => null,
        JsonValue value when value.TryGetValue(out string? text) => text.Length == 0 ? null : text,
        _ => throw Bad(field, "must be a string; put it in quotes"),
    };

    /// <summary>A flag, false when absent.</summary>
    public bool Flag(string field) => Value[field] switch
    {
        null => false,
        JsonValue value when value.TryGetValue(out bool flag) => flag,
        _ => throw Bad(field, "must be true or false"),
    };

    /// <summary>A path; relative ones are relative to the file.</summary>
    public string? Path(string field) => Text(field) is { } path ? Absolute(path) : null;

    /// <summary>A path made absolute against the directory of the file.</summary>
    public string Absolute(string path) =>
        System.IO.Path.GetFullPath(path, System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(File)) ?? Directory.GetCurrentDirectory());

    /// <summary>A base64 text, decoded as UTF-8.</summary>
    public string? Data(string field)
    {
        if (Text(field) is not { } text) return null;
        byte[] bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out int length) ? Encoding.UTF8.GetString(bytes, 0, length) : throw Bad(field, "is not valid base64");
    }

    /// <summary>A nested mapping, or null when absent.</summary>
    public KubeconfigEntry? Section(string field) => Value[field] switch
    {
        null => null,
        JsonObject section => new(File, $"{Where}.{field}", section),
        _ => throw Bad(field, "must be a mapping"),
    };

    /// <summary>A list of texts, empty when absent.</summary>
    public IReadOnlyList<string> Texts(string field)
    {
        if (Value[field] is not { } node) return [];
        if (node is not JsonArray array) throw Bad(field, "must be a list");
        return array.Select(item => item is JsonValue value && value.TryGetValue(out string? text) ? text : throw Bad(field, "must be a list of strings")).ToList();
    }

    /// <summary>A list of mappings, empty when absent.</summary>
    public IEnumerable<KubeconfigEntry> Sections(string field)
    {
        if (Value[field] is not { } node) return [];
        if (node is not JsonArray array) throw Bad(field, "must be a list");
        return array.Select((item, i) => new KubeconfigEntry(
            File,
            $"{Where}.{field}[{i.ToString(System.Globalization.CultureInfo.InvariantCulture)}]".TrimStart('.'),
            item as JsonObject ?? throw Bad(field, "must be a list of mappings")));
    }

    /// <summary>An error about a field; never with its content.</summary>
    public KubernetesConfigurationException Bad(string field, string problem) => new($"kubeconfig {File}: {$"{Where}.{field}".TrimStart('.')} {problem}");

    /// <summary>Where it stands; never what it holds.</summary>
    public override string ToString() => $"{File}: {Where}";
}
