using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Http;

/// <summary>
/// Reads protobuf bodies of the few kinds that kubectl's imperative commands send so (<c>kubectl auth can-i</c>, <c>create namespace</c>, <c>create token</c>, ...).
/// Other kinds are answered with 415; clients can always send JSON.
/// </summary>
internal static class ProtobufBodies
{
    public const string MediaType = "application/vnd.kubernetes.protobuf";

    private static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    // Field numbers of the generated.proto files of k8s.io/api. s string, b bool, i integer, B bytes; [] repeated, {} map, otherwise a message.
    private static readonly Dictionary<string, Dictionary<int, (string Name, string Type)>> Messages = new(StringComparer.Ordinal)
    {
        ["ObjectMeta"] = Fields("1 name s", "2 generateName s", "3 namespace s", "5 uid s", "6 resourceVersion s", "11 labels {}s", "12 annotations {}s", "14 finalizers []s"),
        ["Namespace"] = Fields("1 metadata ObjectMeta"),
        ["ConfigMap"] = Fields("1 metadata ObjectMeta", "2 data {}s", "3 binaryData {}B", "4 immutable b"),
        ["Secret"] = Fields("1 metadata ObjectMeta", "2 data {}B", "3 type s", "4 stringData {}s", "5 immutable b"),
        ["ServiceAccount"] = Fields("1 metadata ObjectMeta", "4 automountServiceAccountToken b"),
        ["TokenRequest"] = Fields("1 metadata ObjectMeta", "2 spec TokenRequestSpec"),
        ["TokenRequestSpec"] = Fields("1 audiences []s", "4 expirationSeconds i"),
        ["SelfSubjectReview"] = Fields("1 metadata ObjectMeta"),
        ["SelfSubjectAccessReview"] = Fields("1 metadata ObjectMeta", "2 spec AccessSpec"),
        ["SubjectAccessReview"] = Fields("1 metadata ObjectMeta", "2 spec SubjectSpec"),
        ["AccessSpec"] = Fields("1 resourceAttributes ResourceAttributes", "2 nonResourceAttributes NonResourceAttributes"),
        ["SubjectSpec"] = Fields("1 resourceAttributes ResourceAttributes", "2 nonResourceAttributes NonResourceAttributes", "3 user s", "4 groups []s", "6 uid s"),
        ["ResourceAttributes"] = Fields("1 namespace s", "2 verb s", "3 group s", "4 version s", "5 resource s", "6 subresource s", "7 name s"),
        ["NonResourceAttributes"] = Fields("1 path s", "2 verb s"),
        ["SelfSubjectRulesReview"] = Fields("1 metadata ObjectMeta", "2 spec RulesSpec"),
        ["RulesSpec"] = Fields("1 namespace s"),
        ["Role"] = Fields("1 metadata ObjectMeta", "2 rules []PolicyRule"),
        ["ClusterRole"] = Fields("1 metadata ObjectMeta", "2 rules []PolicyRule"),
        ["PolicyRule"] = Fields("1 verbs []s", "2 apiGroups []s", "3 resources []s", "4 resourceNames []s", "5 nonResourceURLs []s"),
        ["RoleBinding"] = Fields("1 metadata ObjectMeta", "2 subjects []Subject", "3 roleRef RoleRef"),
        ["ClusterRoleBinding"] = Fields("1 metadata ObjectMeta", "2 subjects []Subject", "3 roleRef RoleRef"),
        ["Subject"] = Fields("1 kind s", "2 apiGroup s", "3 name s", "4 namespace s"),
        ["RoleRef"] = Fields("1 apiGroup s", "2 kind s", "3 name s"),
        ["DeleteOptions"] = Fields("1 gracePeriodSeconds i", "2 preconditions Preconditions", "3 orphanDependents b", "4 propagationPolicy s", "5 dryRun []s"),
        ["Preconditions"] = Fields("1 uid s", "2 resourceVersion s"),
    };

    /// <summary>The object as a tree; null when the kind is not one of those read here.</summary>
    public static JsonObject? Read(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith(Magic)) return null;
        // runtime.Unknown: 1 typeMeta { 1 apiVersion, 2 kind }, 2 raw.
        var (apiVersion, kind) = ("", "");
        ReadOnlySpan<byte> raw = [];
        var reader = new Reader(body[Magic.Length..]);
        while (reader.Next(out var number, out var value, out _))
        {
            if (number == 1)
            {
                var meta = new Reader(value);
                while (meta.Next(out var field, out var text, out _))
                {
                    if (field == 1) apiVersion = Encoding.UTF8.GetString(text);
                    else if (field == 2) kind = Encoding.UTF8.GetString(text);
                }
            }
            else if (number == 2)
            {
                raw = value;
            }
        }

        if (!Messages.ContainsKey(kind)) return null;
        var obj = Message(raw, kind);
        obj["apiVersion"] = apiVersion;
        obj["kind"] = kind;
        return obj;
    }

    private static JsonObject Message(ReadOnlySpan<byte> bytes, string name)
    {
        var result = new JsonObject();
        var reader = new Reader(bytes);
        while (reader.Next(out var number, out var value, out var varint))
        {
            if (!Messages[name].TryGetValue(number, out var field)) continue;
            if (field.Type.StartsWith("[]", StringComparison.Ordinal))
            {
                if (result[field.Name] is not JsonArray list) result[field.Name] = list = [];
                list.Add(Value(value, varint, field.Type[2..]));
            }
            else if (field.Type.StartsWith("{}", StringComparison.Ordinal))
            {
                if (result[field.Name] is not JsonObject map) result[field.Name] = map = [];
                var (key, entry) = ("", (JsonNode?)JsonValue.Create(""));
                var inner = new Reader(value);
                while (inner.Next(out var part, out var text, out var small))
                {
                    if (part == 1) key = Encoding.UTF8.GetString(text);
                    else entry = Value(text, small, field.Type[2..]);
                }

                map[key] = entry;
            }
            else
            {
                result[field.Name] = Value(value, varint, field.Type);
            }
        }

        return result;
    }

    private static JsonNode? Value(ReadOnlySpan<byte> bytes, ulong varint, string type) => type switch
    {
        "s" => Encoding.UTF8.GetString(bytes),
        "B" => Convert.ToBase64String(bytes),
        "b" => varint != 0,
        "i" => (long)varint,
        _ => Message(bytes, type),
    };

    private static Dictionary<int, (string, string)> Fields(params string[] fields) =>
        fields.Select(f => f.Split(' ')).ToDictionary(f => int.Parse(f[0], System.Globalization.CultureInfo.InvariantCulture), f => (f[1], f[2]));

    /// <summary>Walks the fields of a message.</summary>
    private ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;

        public bool Next(out int number, out ReadOnlySpan<byte> value, out ulong varint)
        {
            number = 0;
            value = default;
            varint = 0;
            if (_rest.IsEmpty || !Varint(out var tag)) return false;
            number = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    return Varint(out varint);
                case 1 when _rest.Length >= 8:
                    varint = BinaryPrimitives.ReadUInt64LittleEndian(_rest);
                    _rest = _rest[8..];
                    return true;
                case 2 when Varint(out var length) && length <= (ulong)_rest.Length:
                    value = _rest[..(int)length];
                    _rest = _rest[(int)length..];
                    return true;
                case 5 when _rest.Length >= 4:
                    varint = BinaryPrimitives.ReadUInt32LittleEndian(_rest);
                    _rest = _rest[4..];
                    return true;
                default:
                    return false;
            }
        }

        private bool Varint(out ulong value)
        {
            value = 0;
            for (var shift = 0; shift < 64 && !_rest.IsEmpty; shift += 7)
            {
                var b = _rest[0];
                _rest = _rest[1..];
                value |= (ulong)(b & 0x7f) << shift;
                if (b < 0x80) return true;
            }

            return false;
        }
    }
}
