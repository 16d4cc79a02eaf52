namespace VWorkspace.Kubernetes.InMemory.Http;

/// <summary>How an answer is to be shaped.</summary>
internal enum ResponseShape
{
    Object,
    Table,
    PartialMetadata,
    PartialMetadataList,
}

/// <summary>The outcome of content negotiation.</summary>
/// <param name="Shape">The representation.</param>
/// <param name="Version">The version of a table or metadata representation.</param>
/// <param name="Yaml">Whether YAML was preferred over JSON.</param>
internal sealed record AcceptedFormat(ResponseShape Shape, string Version, bool Yaml)
{
    public static readonly string[] Supported = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];

    private static readonly AcceptedFormat Json = new(ResponseShape.Object, "v1", false);

    public bool IsMetadataOnly => Shape is ResponseShape.PartialMetadata or ResponseShape.PartialMetadataList;

    /// <summary>Picks the first acceptable clause in the client's order of preference; null when there is none.</summary>
    public static AcceptedFormat? Parse(string? header)
    {
        if (string.IsNullOrWhiteSpace(header)) return Json;
        var clauses = header.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(Clause.Parse).OrderByDescending(c => c.Quality);
        foreach (var clause in clauses)
        {
            var yaml = clause.Media == "application/yaml";
            if (!yaml && clause.Media is not ("application/json" or "*/*" or "application/*")) continue;
            switch (clause.As)
            {
                case "":
                    return yaml ? Json with { Yaml = true } : Json;
                case "Table" when clause is { Group: "meta.k8s.io", Version: "v1" or "v1beta1" }:
                    return new AcceptedFormat(ResponseShape.Table, clause.Version, yaml);
                case "PartialObjectMetadata" when clause is { Group: "meta.k8s.io", Version: "v1" or "v1beta1" }:
                    return new AcceptedFormat(ResponseShape.PartialMetadata, clause.Version, yaml);
                case "PartialObjectMetadataList" when clause is { Group: "meta.k8s.io", Version: "v1" or "v1beta1" }:
                    return new AcceptedFormat(ResponseShape.PartialMetadataList, clause.Version, yaml);
                default:
                    continue;
            }
        }

        return null;
    }

    /// <summary>Whether the client asks for aggregated discovery, and in which version.</summary>
    public static string? AggregatedDiscovery(string? header) => (header ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(Clause.Parse).FirstOrDefault(c => c is { Group: "apidiscovery.k8s.io", As: "APIGroupDiscoveryList", Version: "v2" or "v2beta1", Media: "application/json" })?.Version;

    private sealed record Clause(string Media, string As, string Group, string Version, double Quality)
    {
        public static Clause Parse(string text)
        {
            var parts = text.Split(';', StringSplitOptions.TrimEntries);
            var (shape, group, version, quality) = ("", "", "", 1.0);
            foreach (var part in parts.AsSpan(1))
            {
                var equals = part.IndexOf('=', StringComparison.Ordinal);
                if (equals < 0) continue;
                var value = part[(equals + 1)..];
                switch (part[..equals])
                {
                    case "as": shape = value; break;
                    case "g": group = value; break;
                    case "v": version = value; break;
                    case "q":
                        quality = double.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out var q) ? q : 0;
                        break;
                }
            }

            return new Clause(parts[0], shape, group, version, quality);
        }
    }
}
