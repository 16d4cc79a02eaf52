using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.ManagedFields;

/// <summary>Text as Go's <c>fmt</c> and <c>encoding/json</c> print it, so that messages and keys equal upstream's byte for byte.</summary>
internal static class GoText
{
    /// <summary>Go's <c>%q</c>.</summary>
    public static string Quote(string value)
    {
        var text = new StringBuilder(value.Length + 2).Append('"');
        foreach (var c in value)
        {
            switch (c)
            {
                case '"': text.Append("\\\""); break;
                case '\\': text.Append("\\\\"); break;
                case '\n': text.Append("\\n"); break;
                case '\r': text.Append("\\r"); break;
                case '\t': text.Append("\\t"); break;
                case '\a': text.Append("\\a"); break;
                case '\b': text.Append("\\b"); break;
                case '\f': text.Append("\\f"); break;
                case '\v': text.Append("\\v"); break;
                case < ' ' or '\u007f': text.Append("\\x").Append(((int)c).ToString("x2", CultureInfo.InvariantCulture)); break;
                default: text.Append(c); break;
            }
        }

        return text.Append('"').ToString();
    }

    /// <summary>Go's <c>%q</c> of a list of strings: <c>["a" "b"]</c>.</summary>
    public static string Quote(IEnumerable<string> values) => "[" + string.Join(' ', values.Select(Quote)) + "]";

    /// <summary>Appends a JSON string with Go's escapes (HTML characters are escaped).</summary>
    public static void AppendJsonString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            switch (c)
            {
                case '"': text.Append("\\\""); break;
                case '\\': text.Append("\\\\"); break;
                case '\n': text.Append("\\n"); break;
                case '\r': text.Append("\\r"); break;
                case '\t': text.Append("\\t"); break;
                case < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029':
                    text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
                    break;
                default: text.Append(c); break;
            }
        }

        text.Append('"');
    }

    /// <summary>JSON with sorted members and Go's escapes, as <c>json.Marshal</c> writes a map.</summary>
    public static void AppendSortedJson(StringBuilder text, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                text.Append('{');
                var first = true;
                foreach (var (name, value) in map.OrderBy(m => m.Key, StringComparer.Ordinal))
                {
                    if (!first)
                    {
                        text.Append(',');
                    }

                    first = false;
                    AppendJsonString(text, name);
                    text.Append(':');
                    AppendSortedJson(text, value);
                }

                text.Append('}');
                break;
            case JsonArray list:
                text.Append('[');
                for (var i = 0; i < list.Count; i++)
                {
                    if (i > 0)
                    {
                        text.Append(',');
                    }

                    AppendSortedJson(text, list[i]);
                }

                text.Append(']');
                break;
            case null:
                text.Append("null");
                break;
            default:
                if (node.GetValueKind() == JsonValueKind.String)
                {
                    AppendJsonString(text, node.GetValue<string>());
                }
                else
                {
                    text.Append(node.ToJsonString());
                }

                break;
        }
    }

    /// <summary>Go's <c>%v</c> of a decoded JSON value.</summary>
    public static string Display(JsonNode? node) => node switch
    {
        null => "<nil>",
        JsonObject map => "map[" + string.Join(' ', map.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => m.Key + ":" + Display(m.Value))) + "]",
        JsonArray list => "[" + string.Join(' ', list.Select(Display)) + "]",
        _ => node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : node.ToJsonString(),
    };

    /// <summary>Go's <c>%#v</c> of a decoded JSON value.</summary>
    public static string Syntax(JsonNode? node) => node switch
    {
        null => "interface {}(nil)",
        JsonObject map => "map[string]interface {}{" + string.Join(", ", map.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => Quote(m.Key) + ":" + Syntax(m.Value))) + "}",
        JsonArray list => "[]interface {}{" + string.Join(", ", list.Select(Syntax)) + "}",
        _ => node.GetValueKind() == JsonValueKind.String ? Quote(node.GetValue<string>()) : node.ToJsonString(),
    };

    /// <summary>Go's <c>%T</c> of a decoded JSON value.</summary>
    public static string TypeName(JsonNode? node) => node switch
    {
        null => "<nil>",
        JsonObject => "map[string]interface {}",
        JsonArray => "[]interface {}",
        _ => node.GetValueKind() switch
        {
            JsonValueKind.String => "string",
            JsonValueKind.True or JsonValueKind.False => "bool",
            _ => node.ToJsonString().AsSpan().IndexOfAny('.', 'e', 'E') >= 0 ? "float64" : "int64",
        },
    };
}
