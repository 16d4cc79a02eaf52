using System.Text;

namespace VWorkspace.ControllerRuntime;

/// <summary>
/// Names of Prometheus for names of instruments. A name without dots is a Prometheus name already and is kept to the letter;
/// one with dots follows the conventions of OpenTelemetry and is translated with its unit, as OpenTelemetry prescribes.
/// </summary>
internal static class PrometheusNames
{
    public static string Metric(string instrument, string? unit, PrometheusType type)
    {
        if (!instrument.Contains('.', StringComparison.Ordinal)) return instrument;
        string name = Clean(instrument);
        if (Suffix(unit) is { } suffix && !name.EndsWith(suffix, StringComparison.Ordinal)) name = $"{name}_{suffix}";
        if (type == PrometheusType.Counter && !name.EndsWith("_total", StringComparison.Ordinal)) name += "_total";
        return name;
    }

    public static string Label(string tag) => Clean(tag);

    private static string? Suffix(string? unit) => unit switch
    {
        "s" => "seconds",
        "ms" => "milliseconds",
        "By" => "bytes",
        "%" => "percent",
        _ => null,
    };

    private static string Clean(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (char c in name) text.Append(char.IsAsciiLetterOrDigit(c) || c is '_' or ':' ? c : '_');
        if (text.Length > 0 && char.IsAsciiDigit(text[0])) text.Insert(0, '_');
        return text.ToString();
    }
}
