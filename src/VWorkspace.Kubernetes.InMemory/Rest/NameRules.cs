using System.Text.RegularExpressions;
using VWorkspace.Kubernetes.Selectors;

namespace VWorkspace.Kubernetes.InMemory.Rest;

/// <summary>The rules for object names, with upstream's messages.</summary>
internal static partial class NameRules
{
    private const string LabelFormat = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private const string Label1035Format = "[a-z]([-a-z0-9]*[a-z0-9])?";

    public static IReadOnlyList<string> Subdomain(string name) => LabelSyntax.SubdomainErrors(name);

    public static IReadOnlyList<string> Label(string name)
    {
        var errors = new List<string>();
        if (name.Length > 63) errors.Add("must be no more than 63 bytes");
        if (!Label1123().IsMatch(name)) errors.Add(LabelMessage);
        return errors;
    }

    public static IReadOnlyList<string> Label1035Name(string name)
    {
        var errors = new List<string>();
        if (name.Length > 63) errors.Add("must be no more than 63 bytes");
        if (!Label1035().IsMatch(name))
            errors.Add($"a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '{Label1035Format}')");
        return errors;
    }

    /// <summary>Names that need only be safe in a URL path, as RBAC's are.</summary>
    public static IReadOnlyList<string> PathSegment(string name)
    {
        if (name is "." or "..") return [$"may not be '{name}'"];
        var errors = new List<string>();
        foreach (var forbidden in (ReadOnlySpan<string>)["/", "%"])
            if (name.Contains(forbidden, StringComparison.Ordinal)) errors.Add($"may not contain '{forbidden}'");
        return errors;
    }

    /// <summary>Whether the rule accepts a generateName: the suffix may complete a trailing dash.</summary>
    public static string MaskTrailingDash(string name) =>
        name.Length > 1 && name.EndsWith("-", StringComparison.Ordinal) ? name[..^2] + "a" : name;

    private const string LabelMessage = $"a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '{LabelFormat}')";

    [GeneratedRegex("^(?:" + LabelFormat + @")\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Label1123();

    [GeneratedRegex("^(?:" + Label1035Format + @")\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Label1035();
}
