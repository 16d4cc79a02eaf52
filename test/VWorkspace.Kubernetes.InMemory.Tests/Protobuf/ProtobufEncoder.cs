using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Http.Protobuf;

namespace VWorkspace.Kubernetes.InMemory.Tests.Protobuf;

/// <summary>Writes JSON as the typed clients of Go write it: what the server only reads.</summary>
internal static class ProtobufEncoder
{
    public static byte[] Object(JsonObject obj) => Envelope((string)obj["apiVersion"]!, (string)obj["kind"]!, Message(obj, ProtobufFields.FindKind((string)obj["apiVersion"]!, (string)obj["kind"]!)!));

    public static byte[] Envelope(string apiVersion, string kind, byte[] raw) =>
        [.. "k8s\0"u8, .. Bytes(1, Join(Text(1, apiVersion), Text(2, kind))), .. Bytes(2, raw), .. Text(3, ""), .. Text(4, "")];

    public static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(p => p)];

    public static byte[] Text(int number, string text) => Bytes(number, Encoding.UTF8.GetBytes(text));

    public static byte[] Entry(int number, string key, string value) => Bytes(number, Join(Text(1, key), Text(2, value)));

    public static byte[] Bytes(int number, byte[] value) => [.. Varint((ulong)(number << 3 | 2)), .. Varint((ulong)value.Length), .. value];

    public static byte[] Number(int number, ulong value) => [.. Varint((ulong)(number << 3)), .. Varint(value)];

    private static byte[] Message(JsonObject obj, ProtobufMessage message)
    {
        var bytes = new List<byte>();
        foreach (var (number, field) in message.Fields.OrderBy(f => f.Key))
        {
            if (field.Shape == ProtobufShape.Inline) bytes.AddRange(Bytes(number, Message(obj, field.Message!)));
            else if (obj[field.Name] is { } node)
            {
                switch (field.Shape)
                {
                    case ProtobufShape.List:
                        foreach (var item in node.AsArray()) bytes.AddRange(Value(number, field, item!));
                        break;
                    case ProtobufShape.Map:
                        foreach (var (key, item) in node.AsObject()) bytes.AddRange(Bytes(number, Join(Text(1, key), Value(2, field, item!))));
                        break;
                    default:
                        bytes.AddRange(Value(number, field, node));
                        break;
                }
            }
        }

        return [.. bytes];
    }

    private static byte[] Value(int number, ProtobufField field, JsonNode node) => field.Type switch
    {
        "string" => Text(number, (string)node!),
        "int" => Number(number, (ulong)(long)node),
        "bool" => Number(number, (bool)node ? 1u : 0),
        "bytes" => Bytes(number, Convert.FromBase64String((string)node!)),
        "time" or "microtime" => Bytes(number, Time((string)node!)),
        "quantity" => Bytes(number, Text(1, (string)node!)),
        "intstr" => Bytes(number, node.GetValueKind() == System.Text.Json.JsonValueKind.String
            ? Join(Number(1, 1), Number(2, 0), Text(3, (string)node!))
            : Join(Number(1, 0), Number(2, (ulong)(long)node), Text(3, ""))),
        "raw" => Bytes(number, Text(1, node.ToJsonString())),
        "strings" => Bytes(number, Join([.. node.AsArray().Select(t => Text(1, (string)t!))])),
        _ => Bytes(number, Message(node.AsObject(), field.Message!)),
    };

    private static byte[] Time(string text)
    {
        var time = DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
        return Join(Number(1, (ulong)time.ToUnixTimeSeconds()), Number(2, (ulong)(time.Ticks % TimeSpan.TicksPerSecond * 100)));
    }

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }
}
