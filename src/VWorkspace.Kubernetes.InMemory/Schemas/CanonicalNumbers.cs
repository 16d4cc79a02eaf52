using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.Schemas;

/// <summary>
/// Writes numbers as the server does after decoding them: what fits 64 bits as an integer stays, everything else is a float64 in Go's notation,
/// so <c>3.0</c> is stored as <c>3</c> and <c>1e3</c> as <c>1000</c>.
/// </summary>
internal static class CanonicalNumbers
{
    /// <summary>Rewrites the numbers of a custom resource in place.</summary>
    public static void Apply(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject o:
                foreach (var (name, value) in o.ToArray())
                {
                    if (Rewrite(value) is { } canonical) o[name] = canonical;
                    else Apply(value);
                }

                break;
            case JsonArray a:
                for (var i = 0; i < a.Count; i++)
                {
                    if (Rewrite(a[i]) is { } canonical) a[i] = canonical;
                    else Apply(a[i]);
                }

                break;
        }
    }

    private static JsonNode? Rewrite(JsonNode? node)
    {
        if (JsonKinds.Of(node) != JsonKind.Float) return null;
        var number = JsonKinds.AsDouble(node!);
        if (!double.IsFinite(number)) return null;
        var text = GoText.JsonFloat(number);
        return string.Equals(text, node!.ToJsonString(), StringComparison.Ordinal) ? null : JsonNode.Parse(text);
    }
}
