using System.Globalization;
using System.Text;

namespace VWorkspace.ControllerRuntime;

/// <summary>Types of metric families.</summary>
internal enum PrometheusType
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>One family of the exposition: a name, a type and its series.</summary>
internal sealed class PrometheusFamily(string name, PrometheusType type, string help)
{
    private readonly SortedDictionary<string, PrometheusSeries> _series = new(StringComparer.Ordinal);

    public string Name { get; } = name;

    public PrometheusType Type { get; } = type;

    public void Set(string labels, PrometheusSeries series) => _series[labels] = series;

    public void SetIfAbsent(string labels, PrometheusSeries series) => _series.TryAdd(labels, series);

    public bool IsEmpty => _series.Count == 0;

    /// <summary>Labels in the form <c>a="x",b="y"</c>, sorted by name; empty values count as absent.</summary>
    public static string Labels(IEnumerable<KeyValuePair<string, object?>> tags)
    {
        var text = new StringBuilder();
        foreach ((string label, object? value) in tags.OrderBy(static tag => tag.Key, StringComparer.Ordinal))
        {
            string plain = Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty;
            if (plain.Length == 0) continue;
            if (text.Length > 0) text.Append(',');
            text.Append(PrometheusNames.Label(label)).Append("=\"");
            foreach (char c in plain)
            {
                _ = c switch
                {
                    '\\' => text.Append(@"\\"),
                    '"' => text.Append("\\\""),
                    '\n' => text.Append(@"\n"),
                    _ => text.Append(c),
                };
            }

            text.Append('"');
        }

        return text.ToString();
    }

    public void Write(StringBuilder text, bool openMetrics)
    {
        // OpenMetrics names a counter without its suffix and its sample with it; a counter without the suffix cannot be one there.
        bool suffixed = Type == PrometheusType.Counter && Name.EndsWith("_total", StringComparison.Ordinal);
        string family = openMetrics && suffixed ? Name[..^"_total".Length] : Name;
        string declared = Type switch
        {
            PrometheusType.Counter => openMetrics && !suffixed ? "unknown" : "counter",
            PrometheusType.Gauge => "gauge",
            _ => "histogram",
        };
        if (help.Length > 0)
        {
            text.Append("# HELP ").Append(family).Append(' ');
            foreach (char c in help)
            {
                if (c == '\\') text.Append(@"\\");
                else if (c == '\n') text.Append(@"\n");
                else if (c == '"' && openMetrics) text.Append("\\\"");
                else text.Append(c);
            }

            text.Append('\n');
        }

        text.Append("# TYPE ").Append(family).Append(' ').Append(declared).Append('\n');
        foreach ((string labels, PrometheusSeries series) in _series) series.Write(text, Name, labels, openMetrics);
    }
}

/// <summary>The values of one series: a number, or the buckets of a histogram.</summary>
internal sealed record PrometheusSeries(double Value, IReadOnlyList<(double Bound, long Count)>? Buckets = null)
{
    public static PrometheusSeries EmptyHistogram(IReadOnlyList<double> bounds) => new(0, [.. bounds.Select(static bound => (bound, 0L)), (double.PositiveInfinity, 0L)]);

    public void Write(StringBuilder text, string name, string labels, bool openMetrics)
    {
        if (Buckets is null)
        {
            Sample(text, name, labels, string.Empty).Append(' ');
            PrometheusNumber.Append(text, Value, openMetrics);
            text.Append('\n');
            return;
        }

        long cumulative = 0;
        foreach ((double bound, long count) in Buckets)
        {
            cumulative += count;
            text.Append(name).Append("_bucket{").Append(labels);
            if (labels.Length > 0) text.Append(',');
            text.Append("le=\"");
            PrometheusNumber.Append(text, bound, openMetrics);
            text.Append("\"} ").Append(cumulative).Append('\n');
        }

        Sample(text, name, labels, "_sum").Append(' ');
        PrometheusNumber.Append(text, Value, openMetrics);
        text.Append('\n');
        Sample(text, name, labels, "_count").Append(' ').Append(cumulative).Append('\n');
    }

    private static StringBuilder Sample(StringBuilder text, string name, string labels, string suffix)
    {
        text.Append(name).Append(suffix);
        return labels.Length == 0 ? text : text.Append('{').Append(labels).Append('}');
    }
}
