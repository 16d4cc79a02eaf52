using System.Globalization;

namespace VWorkspace.Kubernetes.InMemory.Http.Protobuf;

/// <summary>How a field occurs.</summary>
internal enum ProtobufShape : byte
{
    Single,
    List,
    Map,

    /// <summary>A message whose fields are members of the enclosing object in JSON.</summary>
    Inline,
}

/// <summary>A field of a message.</summary>
/// <param name="Name">The JSON name.</param>
/// <param name="Shape">How it occurs.</param>
/// <param name="Type">A primitive, or the name of a message.</param>
/// <param name="IsPointer">Whether a zero was set on purpose.</param>
internal sealed record ProtobufField(string Name, ProtobufShape Shape, string Type, bool IsPointer)
{
    /// <summary>The message of the type; null for primitives.</summary>
    public ProtobufMessage? Message { get; set; }
}

/// <summary>A message: its fields by number.</summary>
internal sealed class ProtobufMessage
{
    public Dictionary<int, ProtobufField> Fields { get; } = [];

    public ProtobufField? Find(int number) => Fields.GetValueOrDefault(number);
}

/// <summary>
/// The numbers of the fields, from <c>protobuf.fields</c>: <c>package</c> and an API version (<c>meta</c> for what all share), then one message a line, its
/// name and <c>number=name:type</c>. Of types, <c>*T</c> is a pointer, <c>[T]</c> a list, <c>{T}</c> a map with text keys, <c>&lt;T&gt;</c> an inlined message.
/// A type is looked for in its own package, then in <c>v1</c>, then in <c>meta</c>. Read when the first body comes.
/// </summary>
internal static class ProtobufFields
{
    private const string Core = "v1";
    private const string Meta = "meta";

    private static readonly HashSet<string> Primitives = new(StringComparer.Ordinal) { "string", "int", "bool", "bytes", "time", "microtime", "quantity", "intstr", "raw", "strings" };
    private static readonly Lazy<Dictionary<(string Package, string Name), ProtobufMessage>> Messages = new(Read);

    /// <summary>The message of a kind; options of a delete are sent in the API version of what they delete.</summary>
    public static ProtobufMessage? FindKind(string apiVersion, string kind) =>
        Messages.Value.GetValueOrDefault((apiVersion, kind)) ?? (kind == "DeleteOptions" ? Messages.Value[(Meta, kind)] : null);

    private static Dictionary<(string Package, string Name), ProtobufMessage> Read()
    {
        using var stream = typeof(ProtobufFields).Assembly.GetManifestResourceStream("protobuf.fields") ?? throw new InvalidOperationException("missing resource protobuf.fields");
        using var reader = new StreamReader(stream);
        var messages = new Dictionary<(string Package, string Name), ProtobufMessage>();
        var package = "";
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#') continue;
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words[0] == "package")
            {
                package = words[1];
                continue;
            }

            var message = messages[(package, words[0])] = new ProtobufMessage();
            foreach (var word in words.AsSpan(1))
            {
                var equals = word.IndexOf('=', StringComparison.Ordinal);
                var colon = word.IndexOf(':', StringComparison.Ordinal);
                message.Fields.Add(int.Parse(word[..equals], CultureInfo.InvariantCulture), Field(word[(equals + 1)..colon], word[(colon + 1)..]));
            }
        }

        foreach (var (key, message) in messages)
            foreach (var field in message.Fields.Values)
                if (!Primitives.Contains(field.Type)) field.Message = Resolve(messages, key.Package, field.Type);
        return messages;
    }

    private static ProtobufMessage Resolve(Dictionary<(string Package, string Name), ProtobufMessage> messages, string package, string type) =>
        messages.GetValueOrDefault((package, type)) ?? messages.GetValueOrDefault((Core, type)) ?? messages[(Meta, type)];

    private static ProtobufField Field(string name, string type) => type[0] switch
    {
        '[' => new ProtobufField(name, ProtobufShape.List, type[1..^1], false),
        '{' => new ProtobufField(name, ProtobufShape.Map, type[1..^1], false),
        '<' => new ProtobufField(name, ProtobufShape.Inline, type[1..^1], false),
        '*' => new ProtobufField(name, ProtobufShape.Single, type[1..], true),
        _ => new ProtobufField(name, ProtobufShape.Single, type, false),
    };
}
