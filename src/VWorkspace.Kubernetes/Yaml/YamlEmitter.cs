using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.Yaml;

/// <summary>Writes JSON as block-style YAML in kubectl's layout: two spaces a level, lists at the level of their key, literal blocks for text of several lines.</summary>
internal static class YamlEmitter
{
    public static void Emit(StringBuilder text, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } o: EmitMapping(text, o, indent: 0, firstInline: false); break;
            case JsonArray { Count: > 0 } a: EmitSequence(text, a, indent: 0, firstInline: false); break;
            default: EmitScalar(text, node, indent: 0); text.Append('\n'); break;
        }
    }

    private static void EmitMapping(StringBuilder text, JsonObject mapping, int indent, bool firstInline)
    {
        foreach (var (key, value) in mapping)
        {
            if (!firstInline) text.Append(' ', indent);
            firstInline = false;
            EmitString(text, key, indent, isKey: true);
            text.Append(':');
            switch (value)
            {
                case JsonObject { Count: > 0 } o:
                    text.Append('\n');
                    EmitMapping(text, o, indent + 2, firstInline: false);
                    break;
                case JsonArray { Count: > 0 } a:
                    text.Append('\n');
                    EmitSequence(text, a, indent, firstInline: false);
                    break;
                default:
                    text.Append(' ');
                    EmitScalar(text, value, indent + 2);
                    text.Append('\n');
                    break;
            }
        }
    }

    private static void EmitSequence(StringBuilder text, JsonArray sequence, int indent, bool firstInline)
    {
        foreach (var item in sequence)
        {
            if (!firstInline) text.Append(' ', indent);
            firstInline = false;
            text.Append("- ");
            switch (item)
            {
                case JsonObject { Count: > 0 } o: EmitMapping(text, o, indent + 2, firstInline: true); break;
                case JsonArray { Count: > 0 } a: EmitSequence(text, a, indent + 2, firstInline: true); break;
                default: EmitScalar(text, item, indent + 2); text.Append('\n'); break;
            }
        }
    }

    private static void EmitScalar(StringBuilder text, JsonNode? node, int indent)
    {
        switch (node)
        {
            case null: text.Append("null"); break;
            case JsonObject: text.Append("{}"); break;
            case JsonArray: text.Append("[]"); break;
            default:
                if (node.GetValueKind() == JsonValueKind.String) EmitString(text, node.GetValue<string>(), indent, isKey: false);
                else text.Append(node.ToJsonString());
                break;
        }
    }

    private static void EmitString(StringBuilder text, string value, int indent, bool isKey)
    {
        if (!isKey && CanBeLiteral(value)) EmitLiteral(text, value, indent);
        else if (NeedsEscapes(value)) EmitDoubleQuoted(text, value);
        else if (YamlScalar.Resolve(value).Kind != YamlScalarKind.String || LooksLikeOldNumber(value)) text.Append('"').Append(value).Append('"');
        else if (CanBePlain(value)) text.Append(value);
        else text.Append('\'').Append(value.Replace("'", "''", StringComparison.Ordinal)).Append('\'');
    }

    /// <summary>Dates and base-60 numbers are strings to us but not to every reader.</summary>
    private static bool LooksLikeOldNumber(string value)
    {
        if (!char.IsAsciiDigit(value[0]) && value[0] is not ('+' or '-' or '.')) return false;
        foreach (var c in value)
        {
            if (!char.IsAsciiDigit(c) && c is not (':' or '-' or '+' or '.' or '_' or 'T' or 't' or 'Z' or ' ' or 'e' or 'E')) return false;
        }

        return true;
    }

    private static bool CanBePlain(string value)
    {
        if (value[0] is '-' or '?' or ':' or ',' or '[' or ']' or '{' or '}' or '#' or '&' or '*' or '!' or '|' or '>' or '\'' or '"' or '%' or '@' or '`' or '=' or '<') return false;
        if (value[0] == ' ' || value[^1] is ' ' or ':') return false;
        if (value.StartsWith("---", StringComparison.Ordinal) || value.StartsWith("...", StringComparison.Ordinal)) return false;
        return !value.Contains(": ", StringComparison.Ordinal) && !value.Contains(" #", StringComparison.Ordinal) && !value.Contains('\n');
    }

    private static bool CanBeLiteral(string value)
    {
        if (!value.Contains('\n') || value[0] is ' ' or '\n' or '\t') return false;
        var body = value.TrimEnd('\n');
        if (body.Length == 0 || body[^1] == ' ') return false;
        foreach (var c in value)
        {
            if (c != '\n' && MustEscape(c)) return false;
        }

        return !value.Contains(" \n", StringComparison.Ordinal) && !value.Contains("\t\n", StringComparison.Ordinal);
    }

    private static void EmitLiteral(StringBuilder text, string value, int indent)
    {
        var body = value.TrimEnd('\n');
        var breaks = value.Length - body.Length;
        text.Append('|').Append(breaks switch { 0 => "-", 1 => "", _ => "+" });
        var pad = Math.Max(indent, 2);
        foreach (var line in body.Split('\n'))
        {
            text.Append('\n');
            if (line.Length > 0) text.Append(' ', pad).Append(line);
        }

        for (var i = 1; i < breaks; i++) text.Append('\n');
    }

    private static bool NeedsEscapes(string value)
    {
        foreach (var c in value)
        {
            if (MustEscape(c)) return true;
        }

        return false;
    }

    private static bool MustEscape(char c) => c is < ' ' or '\u007f' or (>= '\u0080' and <= '\u00a0') or '\u2028' or '\u2029' or '\ufeff' or '\ufffe' or '\uffff' || char.IsSurrogate(c);

    private static void EmitDoubleQuoted(StringBuilder text, string value)
    {
        text.Append('"');
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            switch (c)
            {
                case '"': text.Append("\\\""); break;
                case '\\': text.Append("\\\\"); break;
                case '\n': text.Append("\\n"); break;
                case '\t': text.Append("\\t"); break;
                case '\r': text.Append("\\r"); break;
                case '\0': text.Append("\\0"); break;
                default:
                    if (char.IsHighSurrogate(c) && i + 1 < value.Length && char.IsLowSurrogate(value[i + 1])) text.Append(c).Append(value[++i]);
                    else if (MustEscape(c)) text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
                    else text.Append(c);
                    break;
            }
        }

        text.Append('"');
    }
}
