using System.Diagnostics.CodeAnalysis;

namespace VWorkspace.Kubernetes.Selectors;

/// <summary>A parsed label selector: every requirement must hold. Grammar and messages are those of <c>k8s.io/apimachinery/pkg/labels</c>.</summary>
public sealed class LabelSelector
{
    /// <summary>The selector that matches everything.</summary>
    public static LabelSelector Everything { get; } = new([]);

    /// <summary>Makes a selector of requirements; they are kept sorted by key as upstream does.</summary>
    public LabelSelector(IEnumerable<LabelRequirement> requirements) =>
        Requirements = [.. requirements.OrderBy(r => r.Key, StringComparer.Ordinal)];

    /// <summary>The requirements, sorted by key.</summary>
    public IReadOnlyList<LabelRequirement> Requirements { get; }

    /// <summary>True when nothing is required.</summary>
    public bool IsEverything => Requirements.Count == 0;

    /// <summary>Parses the query form, e.g. <c>a=b,c in (d,e),!f</c>.</summary>
    /// <exception cref="FormatException">The text is not a selector; the message is upstream's.</exception>
    public static LabelSelector Parse(string text) =>
        TryParse(text, out var selector, out var error) ? selector : throw new FormatException(error);

    /// <summary>Parses the query form; on failure <paramref name="error"/> is the text a Kubernetes API server answers.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out LabelSelector? selector, [NotNullWhen(false)] out string? error)
    {
        var (requirements, failure) = new LabelSelectorParser(text ?? "").Parse();
        selector = requirements is null ? null : requirements.Count == 0 ? Everything : new LabelSelector(requirements);
        error = failure;
        return selector is not null;
    }

    /// <summary>Whether the labels satisfy every requirement; null counts as no labels.</summary>
    public bool Matches(IReadOnlyDictionary<string, string>? labels)
    {
        foreach (var requirement in Requirements)
        {
            string? value = null;
            labels?.TryGetValue(requirement.Key, out value);
            if (!requirement.Matches(value)) return false;
        }

        return true;
    }

    /// <summary>Whether a lookup of label values (null for absent) satisfies every requirement.</summary>
    public bool Matches(Func<string, string?> lookup)
    {
        ArgumentNullException.ThrowIfNull(lookup);
        foreach (var requirement in Requirements)
            if (!requirement.Matches(lookup(requirement.Key))) return false;
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(',', Requirements);
}
