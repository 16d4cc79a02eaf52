using System.Globalization;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Tests.Recordings;

/// <summary>Says where two trees differ, path by path.</summary>
internal static class JsonDifferences
{
    public static IEnumerable<string> Between(JsonNode? expected, JsonNode? actual, string path = "")
    {
        switch (expected, actual)
        {
            case (JsonObject left, JsonObject right):
                foreach (var name in left.Select(m => m.Key).Union(right.Select(m => m.Key), StringComparer.Ordinal))
                {
                    var (inLeft, inRight) = (left.TryGetPropertyValue(name, out var a), right.TryGetPropertyValue(name, out var b));
                    if (!inLeft) yield return $"{path}.{name}: not expected: {b?.ToJsonString() ?? "null"}";
                    else if (!inRight) yield return $"{path}.{name}: missing: {a?.ToJsonString() ?? "null"}";
                    else foreach (var difference in Between(a, b, $"{path}.{name}")) yield return difference;
                }

                break;
            case (JsonArray left, JsonArray right):
                if (left.Count != right.Count) yield return string.Create(CultureInfo.InvariantCulture, $"{path}: {left.Count} items expected, {right.Count} found: {right.ToJsonString()}");
                for (var i = 0; i < Math.Min(left.Count, right.Count); i++)
                    foreach (var difference in Between(left[i], right[i], string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"))) yield return difference;
                break;
            default:
                if (!JsonNode.DeepEquals(expected, actual)) yield return $"{path}: expected {expected?.ToJsonString() ?? "null"}, was {actual?.ToJsonString() ?? "null"}";
                break;
        }
    }
}
