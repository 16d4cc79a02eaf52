using System.Text;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.Discovery;

/// <summary>
/// The Swagger 2 document in the encoding that kubectl asks for (<c>openapi.v2.Document</c> of gnostic). kubectl reads it where it does not use
/// OpenAPI v3: to validate a file of kind <c>List</c>, and before 1.28 to validate anything. It holds what a Swagger 2 schema can say: references,
/// types, properties, items, and extensions; what only OpenAPI v3 has is left out, as the real server does.
/// </summary>
internal static class SwaggerProtobuf
{
    public const string MediaType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    private const string PreserveUnknown = "x-kubernetes-preserve-unknown-fields";
    private const string IntOrString = "x-kubernetes-int-or-string";

    private static readonly (string Method, int Number)[] Methods = [("get", 2), ("put", 3), ("post", 4), ("delete", 5), ("patch", 8)];

    /// <summary>Whether the client takes this encoding; the older name has an at sign before the version.</summary>
    public static bool IsAccepted(string accept) => accept.Contains("proto-openapi.spec.v2", StringComparison.Ordinal);

    public static byte[] Write(JsonObject swagger)
    {
        var document = new ProtobufWriter();
        document.Text(1, "2.0");
        document.Message(2, info =>
        {
            info.Text(1, swagger["info"].Text("title"));
            info.Text(2, swagger["info"].Text("version"));
        });
        document.Message(8, paths =>
        {
            foreach (var (path, item) in swagger.Child("paths")!) paths.Message(2, named => Named(named, path, value => PathItem(value, item!.AsObject())));
        });
        document.Message(9, definitions =>
        {
            foreach (var (name, schema) in swagger.Child("definitions")!) definitions.Message(1, named => Named(named, name, value => Schema(value, schema!.AsObject())));
        });
        return document.ToArray();
    }

    private static void PathItem(ProtobufWriter writer, JsonObject item)
    {
        foreach (var (method, number) in Methods)
            if (item.Child(method) is { } operation) writer.Message(number, o => Operation(o, operation));
    }

    private static void Operation(ProtobufWriter writer, JsonObject operation)
    {
        foreach (var parameter in operation.Items("parameters") ?? [])
        {
            // A parameter, not a body, in the query.
            writer.Message(8, item => item.Message(1, p => p.Message(2, other => other.Message(3, query =>
            {
                query.Text(2, "query");
                query.Text(4, parameter.Text("name"));
                query.Text(6, parameter.Child("schema").Text("type"));
                query.Flag(20, parameter.Child("schema").Flag("uniqueItems") == true);
            }))));
        }

        writer.Message(9, responses => responses.Message(1, named => Named(named, "200", value => value.Message(1, response => response.Text(1, "OK")))));
        Extensions(writer, 13, operation);
    }

    private static void Schema(ProtobufWriter writer, JsonObject schema)
    {
        writer.Text(4, schema.Text("description"));
        if (Reference(schema) is { } reference)
        {
            writer.Text(1, reference);
            return;
        }

        writer.Text(2, schema.Text("format"));
        if (schema["default"] is { } value) writer.Message(5, any => any.Text(2, value.ToJsonString()));
        foreach (var name in schema.Items("required").Texts()) writer.Text(19, name);
        var open = schema.Flag(PreserveUnknown) == true || schema.Flag("nullable") == true;
        if (!open && TypeOf(schema) is { } type) writer.Message(22, item => item.Text(1, type));
        if (!open && schema.Child("additionalProperties") is { } values) writer.Message(21, item => item.Message(1, s => Schema(s, values)));
        if (!open && schema.Child("items") is { } element) writer.Message(23, item => item.Message(1, s => Schema(s, element)));
        if (!open && schema.Child("properties") is { } properties)
        {
            writer.Message(25, all =>
            {
                foreach (var (name, below) in properties) all.Message(1, named => Named(named, name, s => Schema(s, below!.AsObject())));
            });
        }

        Extensions(writer, 31, schema);
    }

    /// <summary>A reference, also one that is wrapped to stand beside a description.</summary>
    private static string? Reference(JsonObject schema) =>
        schema.Text("$ref") ?? (schema.Items("allOf") is [JsonObject only] ? only.Text("$ref") : null);

    /// <summary>Quantities and numbers-or-texts are texts to Swagger, which clients take for either.</summary>
    private static string? TypeOf(JsonObject schema) => schema.Text("type") ?? (schema.Text("format") is "int-or-string" || schema.Items("oneOf") is { Count: > 0 } && schema.Flag(IntOrString) != true ? "string" : null);

    private static void Extensions(ProtobufWriter writer, int number, JsonObject holder)
    {
        foreach (var (name, value) in holder)
        {
            if (!name.StartsWith("x-kubernetes-", StringComparison.Ordinal) || value is null) continue;
            // JSON is YAML.
            writer.Message(number, named => Named(named, name, any => any.Text(2, value.ToJsonString())));
        }
    }

    private static void Named(ProtobufWriter writer, string name, Action<ProtobufWriter> value)
    {
        writer.Text(1, name);
        writer.Message(2, value);
    }

    private sealed class ProtobufWriter
    {
        private readonly MemoryStream _bytes = new();

        public byte[] ToArray() => _bytes.ToArray();

        public void Text(int number, string? text)
        {
            if (!string.IsNullOrEmpty(text)) Bytes(number, Encoding.UTF8.GetBytes(text));
        }

        public void Flag(int number, bool value)
        {
            if (!value) return;
            Varint((uint)number << 3);
            _bytes.WriteByte(1);
        }

        public void Message(int number, Action<ProtobufWriter> write)
        {
            var inner = new ProtobufWriter();
            write(inner);
            Bytes(number, inner.ToArray());
        }

        private void Bytes(int number, byte[] bytes)
        {
            Varint((uint)number << 3 | 2);
            Varint((uint)bytes.Length);
            _bytes.Write(bytes);
        }

        private void Varint(uint value)
        {
            for (; value >= 0x80; value >>= 7) _bytes.WriteByte((byte)(value | 0x80));
            _bytes.WriteByte((byte)value);
        }
    }
}
