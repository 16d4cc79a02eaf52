using VWorkspace.Kubernetes.InMemory.Schemas;

namespace VWorkspace.Kubernetes.InMemory.Cel;

/// <summary>The <c>fieldPath</c> of a rule: <c>.a.b</c> or <c>['a']</c> steps through declared properties and map keys.</summary>
internal static class CelFieldPath
{
    /// <summary>Gives the path as error messages write it, or why it is refused.</summary>
    public static (string? Path, string? Error) Parse(string text, StructuralSchema schema)
    {
        var path = FieldPath.Root;
        StructuralSchema? at = schema;
        var i = 0;
        while (i < text.Length)
        {
            string name;
            switch (text[i])
            {
                case '.':
                    var end = text.AsSpan(i + 1).IndexOfAny(".[]") is var n and >= 0 ? i + 1 + n : text.Length;
                    name = text[(i + 1)..end];
                    if (name.Length == 0) return (null, "unexpected end of JSON path");
                    i = end;
                    break;
                case '[':
                    if (i + 1 >= text.Length) return (null, "unexpected end of JSON path");
                    if (text[i + 1] != '\'') return (null, $"expected single quoted string but got {text[(i + 1)..].Split(']', '.')[0]}");
                    var close = text.IndexOf('\'', i + 2);
                    while (close > 0 && text[close - 1] == '\\') close = text.IndexOf('\'', close + 1);
                    if (close < 0 || close + 1 >= text.Length) return (null, "unexpected end of JSON path");
                    if (text[close + 1] != ']') return (null, $"expected ] but got {text[close + 1]}");
                    name = text[(i + 2)..close].Replace("\\'", "'", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
                    i = close + 2;
                    break;
                default:
                    return (null, $"expected [ or . but got: {text[i..].Split('.', '[', ']')[0]}");
            }

            if (at!.Properties.Count > 0)
            {
                at = at.Property(name);
                path = path.Child(name);
            }
            else
            {
                at = at.AdditionalProperties;
                path = path.Key(name);
            }

            if (at is null) return (null, "does not refer to a valid field");
        }

        return (path.Text ?? "", null);
    }
}
