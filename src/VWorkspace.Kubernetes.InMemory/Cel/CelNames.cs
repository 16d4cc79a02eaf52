using System.Collections.Frozen;
using System.Text;

namespace VWorkspace.Kubernetes.InMemory.Cel;

/// <summary>Reserved words of CEL, and how Kubernetes writes property names that are no CEL identifiers.</summary>
internal static class CelNames
{
    private static readonly FrozenSet<string> s_reserved = FrozenSet.Create(
        StringComparer.Ordinal,
        "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace",
        "return", "var", "void", "while");

    public static bool IsReserved(string name) => s_reserved.Contains(name);

    /// <summary>The identifier a property is reached by, or null when it cannot be reached: <c>a-b</c> is <c>a__dash__b</c>, <c>namespace</c> is <c>__namespace__</c>.</summary>
    public static string? Escape(string property)
    {
        if (property.Length == 0 || char.IsAsciiDigit(property[0])) return null;
        if (IsReserved(property)) return $"__{property}__";
        var text = new StringBuilder(property.Length);
        for (var i = 0; i < property.Length; i++)
        {
            var c = property[i];
            switch (c)
            {
                case '_' when i + 1 < property.Length && property[i + 1] == '_':
                    text.Append("__underscores__");
                    i++;
                    break;
                case '.': text.Append("__dot__"); break;
                case '-': text.Append("__dash__"); break;
                case '/': text.Append("__slash__"); break;
                case '_': text.Append('_'); break;
                default:
                    if (!char.IsAsciiLetterOrDigit(c)) return null;
                    text.Append(c);
                    break;
            }
        }

        return text.ToString();
    }
}
