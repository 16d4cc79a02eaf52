using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace VWorkspace.Kubernetes.Selectors;

/// <summary>One term of a field selector.</summary>
/// <param name="Field">The field path, e.g. <c>metadata.name</c>.</param>
/// <param name="Value">The value compared with, unescaped.</param>
/// <param name="Negated">True for <c>!=</c>.</param>
public sealed record FieldRequirement(string Field, string Value, bool Negated);

/// <summary>A parsed field selector: every term must hold. Grammar and messages are those of <c>k8s.io/apimachinery/pkg/fields</c>.</summary>
public sealed class FieldSelector
{
    /// <summary>The selector that matches everything.</summary>
    public static FieldSelector Everything { get; } = new([]);

    /// <summary>Makes a selector of requirements.</summary>
    public FieldSelector(IEnumerable<FieldRequirement> requirements) => Requirements = [.. requirements];

    /// <summary>The requirements, in the order written.</summary>
    public IReadOnlyList<FieldRequirement> Requirements { get; }

    /// <summary>True when nothing is required.</summary>
    public bool IsEverything => Requirements.Count == 0;

    /// <summary>The value the selector demands of a field by equality, or null.</summary>
    public string? RequiresExactMatch(string field) =>
        Requirements.FirstOrDefault(r => !r.Negated && string.Equals(r.Field, field, StringComparison.Ordinal))?.Value;

    /// <summary>Parses the query form, e.g. <c>metadata.name=a,reason!=b</c>.</summary>
    /// <exception cref="FormatException">The text is not a field selector; the message is upstream's.</exception>
    public static FieldSelector Parse(string text) =>
        TryParse(text, out var selector, out var error) ? selector : throw new FormatException(error);

    /// <summary>Parses the query form; on failure <paramref name="error"/> is the text a Kubernetes API server answers.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out FieldSelector? selector, [NotNullWhen(false)] out string? error)
    {
        selector = null;
        var requirements = new List<FieldRequirement>();
        foreach (var term in SplitTerms(text ?? ""))
        {
            if (term.Length == 0) continue;
            if (!SplitTerm(term, out var field, out var negated, out var escaped))
            {
                error = $"invalid selector: '{text}'; can't understand '{term}'";
                return false;
            }

            if (!TryUnescape(escaped, out var value, out error)) return false;
            requirements.Add(new FieldRequirement(field, value, negated));
        }

        selector = requirements.Count == 0 ? Everything : new FieldSelector(requirements);
        error = null;
        return true;
    }

    /// <summary>Whether the fields satisfy every term; a field that the lookup does not know counts as empty.</summary>
    public bool Matches(Func<string, string?> lookup)
    {
        ArgumentNullException.ThrowIfNull(lookup);
        foreach (var requirement in Requirements)
            if (string.Equals(lookup(requirement.Field) ?? "", requirement.Value, StringComparison.Ordinal) == requirement.Negated) return false;
        return true;
    }

    /// <summary>Escapes a value for use in a selector: backslash, comma and equals sign.</summary>
    public static string Escape(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal).Replace("=", "\\=", StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(',', Requirements.Select(r => r.Field + (r.Negated ? "!=" : "=") + Escape(r.Value)));

    private static IEnumerable<string> SplitTerms(string text)
    {
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\') i++;
            else if (text[i] == ',')
            {
                yield return text[start..i];
                start = i + 1;
            }
        }

        if (start <= text.Length) yield return text[start..];
    }

    private static bool SplitTerm(string term, out string field, out bool negated, out string value)
    {
        for (var i = 0; i < term.Length; i++)
        {
            var rest = term.AsSpan(i);
            var length = rest.StartsWith("!=", StringComparison.Ordinal) || rest.StartsWith("==", StringComparison.Ordinal) ? 2 : rest[0] == '=' ? 1 : 0;
            if (length == 0) continue;
            field = term[..i];
            negated = rest[0] == '!';
            value = term[(i + length)..];
            return true;
        }

        (field, negated, value) = ("", false, "");
        return false;
    }

    private static bool TryUnescape(string text, out string value, [NotNullWhen(false)] out string? error)
    {
        value = text;
        error = null;
        if (text.AsSpan().IndexOfAny('\\', ',', '=') < 0) return true;
        var builder = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\\')
            {
                if (i + 1 >= text.Length)
                {
                    error = "invalid escape sequence: \\";
                    return false;
                }

                c = text[++i];
                if (c is not ('\\' or ',' or '='))
                {
                    error = $"invalid field selector: invalid escape sequence: \\{c}";
                    return false;
                }

                builder.Append(c);
            }
            else if (c is ',' or '=')
            {
                error = $"invalid field selector: unescaped character in value: {c}";
                return false;
            }
            else
            {
                builder.Append(c);
            }
        }

        value = builder.ToString();
        return true;
    }
}
