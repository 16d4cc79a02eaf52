using System.Text.Json;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Builtins.Schemas;

/// <summary>
/// Reads the compact notation of the <c>*.schema</c> resources.
/// <code>
/// package io.k8s.api.apps.v1 apps/v1          the package and its API version ("-" for shared types)
/// Deployment kind | Description               a type; "kind" adds apiVersion, kind and metadata; "map=atomic" makes it one value
///   spec DeploymentSpec | Description         a field: name, type, modifiers
/// </code>
/// After the name: <c>!</c> required and always written, <c>?</c> required, <c>+</c> always written. Types: primitives, declared types, <c>*T</c>
/// (nil is told from zero), <c>[T]</c>, <c>{T}</c>, <c>any</c>. Modifiers: <c>list=map:k1,k2</c>, <c>list=set</c>, <c>list=atomic</c>, <c>map=atomic</c>,
/// <c>patch=merge:key</c>, <c>patch=merge,retainKeys:key</c>, <c>default=JSON</c>, <c>fill=JSON</c> (defaulting functions), <c>enum=A,B</c>.
/// </summary>
internal static class SchemaTextReader
{
    private static readonly string[] Primitives = ["string", "int32", "int64", "number", "bool", "time", "microtime", "quantity", "intstr", "bytes"];

    /// <summary>Reads the types of one resource. Names of other types are resolved by the caller.</summary>
    /// <exception cref="FormatException">A line is malformed.</exception>
    public static List<BuiltinType> Read(TextReader text)
    {
        var types = new List<BuiltinType>();
        var package = string.Empty;
        var apiVersion = string.Empty;
        while (text.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            if (line.StartsWith("package ", StringComparison.Ordinal))
            {
                var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                package = parts[1];
                apiVersion = parts[2] == "-" ? string.Empty : parts[2];
            }
            else if (line[0] != ' ')
            {
                types.Add(ReadType(line, package, apiVersion));
            }
            else
            {
                types[^1].Add(ReadField(line.AsSpan().Trim()));
            }
        }

        return types;
    }

    private static BuiltinType ReadType(string line, string package, string apiVersion)
    {
        var description = TakeDescription(line, out var head);
        var words = head.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var type = new BuiltinType
        {
            Package = package,
            Name = words[0],
            ApiVersion = apiVersion,
            IsKind = words.Contains("kind"),
            IsAtomic = words.Contains("map=atomic"),
            Description = description,
        };
        if (type.IsKind)
        {
            type.Add(ReadField("apiVersion string | The versioned schema of this representation of an object."));
            type.Add(ReadField("kind string | The REST resource this object represents."));
            type.Add(ReadField("metadata ObjectMeta | Standard object metadata."));
        }

        return type;
    }

    private static BuiltinField ReadField(ReadOnlySpan<char> line)
    {
        var description = TakeDescription(line, out var head);
        var words = head.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 2)
        {
            throw new FormatException("malformed field: " + line.ToString());
        }

        var name = words[0].TrimEnd('!', '?', '+');
        var flag = words[0].Length > name.Length ? words[0][^1] : ' ';
        string listType = string.Empty, mergeKey = string.Empty;
        string[] listKeys = [], strategies = [], values = [];
        JsonNode? shown = null, filled = null;
        bool? isAtomicMap = null;
        foreach (var word in words.AsSpan(2))
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            var value = word[(equals + 1)..];
            switch (word[..Math.Max(equals, 0)])
            {
                case "list":
                    (listType, var keys) = Cut(value);
                    listKeys = keys.Length == 0 ? [] : keys.Split(',');
                    break;
                case "map":
                    isAtomicMap = value == "atomic"; // "granular" undoes the type's own "atomic".
                    break;
                case "patch":
                    (var names, mergeKey) = Cut(value);
                    strategies = names.Split(',');
                    break;
                case "default":
                    shown = Literal(value);
                    break;
                case "fill":
                    filled = Literal(value);
                    break;
                case "enum":
                    values = value.Split(',');
                    break;
                default:
                    throw new FormatException("unknown modifier: " + line.ToString());
            }
        }

        return new BuiltinField
        {
            Name = name,
            Type = ReadFieldType(words[1]),
            IsRequired = flag is '!' or '?',
            IsAlwaysWritten = flag is '!' or '+',
            ListType = listType,
            ListKeys = listKeys,
            IsAtomicMap = isAtomicMap,
            PatchStrategies = strategies,
            PatchMergeKey = mergeKey.Length == 0 ? null : mergeKey,
            Default = shown,
            // An empty string is what an absent one is in Go, unless there is a pointer to it.
            Fill = filled ?? (words[1][0] != '*' && shown?.ToJsonString() is "\"\"" ? null : shown?.DeepClone()),
            Enum = values,
            Description = description,
        };
    }

    private static FieldType ReadFieldType(string text)
    {
        var isPointer = text[0] == '*';
        var name = isPointer ? text[1..] : text;
        if (name[0] is '[' or '{')
        {
            return new FieldType(name[0] == '[' ? BuiltinShape.List : BuiltinShape.Map, isPointer, string.Empty, string.Empty, ReadFieldType(name[1..^1]));
        }

        if (name == "any")
        {
            return new FieldType(BuiltinShape.Any, IsPointer: true, string.Empty, string.Empty, null);
        }

        return Array.IndexOf(Primitives, name) >= 0
            ? new FieldType(BuiltinShape.Primitive, isPointer, name, string.Empty, null)
            : new FieldType(BuiltinShape.Struct, isPointer, string.Empty, name, null);
    }

    private static string TakeDescription(ReadOnlySpan<char> line, out ReadOnlySpan<char> head)
    {
        var bar = line.IndexOf(" | ", StringComparison.Ordinal);
        head = bar < 0 ? line : line[..bar];
        return bar < 0 ? string.Empty : line[(bar + 3)..].Trim().ToString();
    }

    private static (string Head, string Tail) Cut(string value)
    {
        var colon = value.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? (value, string.Empty) : (value[..colon], value[(colon + 1)..]);
    }

    /// <summary>JSON, or a bare word as a string.</summary>
    private static JsonNode? Literal(string value) =>
        char.IsAsciiDigit(value[0]) || value[0] is '{' or '[' or '"' || value is "true" or "false" ? JsonNode.Parse(value) : JsonValue.Create(value);
}
