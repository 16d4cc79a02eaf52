using System.Text.RegularExpressions;

namespace VWorkspace.Kubernetes.Selectors;

/// <summary>The syntax of label keys and values, with the messages of <c>k8s.io/apimachinery/pkg/util/validation</c>.</summary>
public static partial class LabelSyntax
{
    private const string QualifiedNameFormat = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
    private const string LabelValueFormat = "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?";
    private const string SubdomainFormat = @"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";

    /// <summary>Says what is wrong with <paramref name="value"/> as a qualified name (<c>[prefix/]name</c>); empty when nothing is.</summary>
    public static IReadOnlyList<string> QualifiedNameErrors(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var errors = new List<string>();
        var parts = value.Split('/');
        string name;
        switch (parts.Length)
        {
            case 1:
                name = parts[0];
                break;
            case 2:
                name = parts[1];
                if (parts[0].Length == 0) errors.Add("prefix part must be non-empty");
                else errors.AddRange(SubdomainErrors(parts[0]).Select(e => "prefix part " + e));
                break;
            default:
                errors.Add($"a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '{QualifiedNameFormat}') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')");
                return errors;
        }

        if (name.Length == 0) errors.Add("name part must be non-empty");
        else if (name.Length > 63) errors.Add("name part must be no more than 63 bytes");
        if (!QualifiedName().IsMatch(name))
            errors.Add($"name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '{QualifiedNameFormat}')");
        return errors;
    }

    /// <summary>Says what is wrong with <paramref name="value"/> as a label value; empty when nothing is.</summary>
    public static IReadOnlyList<string> ValueErrors(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var errors = new List<string>();
        if (value.Length > 63) errors.Add("must be no more than 63 bytes");
        if (!LabelValue().IsMatch(value))
            errors.Add($"a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '{LabelValueFormat}')");
        return errors;
    }

    /// <summary>Says what is wrong with <paramref name="value"/> as an RFC 1123 subdomain; empty when nothing is.</summary>
    public static IReadOnlyList<string> SubdomainErrors(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var errors = new List<string>();
        if (value.Length > 253) errors.Add("must be no more than 253 bytes");
        if (!Subdomain().IsMatch(value))
            errors.Add($"a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '{SubdomainFormat}')");
        return errors;
    }

    [GeneratedRegex("^(?:" + QualifiedNameFormat + @")\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex QualifiedName();

    [GeneratedRegex("^(?:" + LabelValueFormat + @")\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LabelValue();

    [GeneratedRegex("^(?:" + SubdomainFormat + @")\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Subdomain();
}
