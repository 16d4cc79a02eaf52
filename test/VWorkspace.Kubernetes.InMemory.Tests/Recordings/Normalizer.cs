using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace VWorkspace.Kubernetes.InMemory.Tests.Recordings;

/// <summary>Replaces what differs from run to run, as the recordings do.</summary>
internal static partial class Normalizer
{
    public static JsonNode? Normalize(JsonNode? node, string name = "")
    {
        switch (node)
        {
            case JsonObject members:
                var copy = new JsonObject();
                foreach (var (key, value) in members.OrderBy(m => m.Key, StringComparer.Ordinal))
                    if (key != "storageVersionHash") copy[Text(key, "")] = Normalize(value, key);
                return copy;
            case JsonArray items:
                var list = items.Select(i => Normalize(i)).ToList();
                if (name is "managedFields" or "causes") list = [.. list.OrderBy(i => i?.ToJsonString(), StringComparer.Ordinal)];
                return new JsonArray([.. list]);
            case JsonValue value when value.TryGetValue(out string? text):
                return JsonValue.Create(Text(text, name));
            case JsonValue value when value.TryGetValue(out double number):
                return JsonValue.Create(number);
            default:
                return node?.DeepClone();
        }
    }

    private static string Text(string text, string name)
    {
        if (name == "resourceVersion" && text.Length > 0) return "<rv>";
        if (name == "continue" && text.Length > 0) return "<continue>";
        text = Uid().Replace(text, "<uid>");
        text = Time().Replace(text, "<time>");
        text = TooOld().Replace(text, "resource version: <rv> (<rv>)");
        text = Revision().Replace(text, "${before}<rv>");
        text = Address().Replace(text, "<address>");
        return name == "message" ? SortErrors(text) : text;
    }

    private static string SortErrors(string text)
    {
        var open = text.IndexOf("is invalid: [", StringComparison.Ordinal);
        if (open < 0 || !text.EndsWith(']')) return text;
        open += "is invalid: [".Length;
        return text[..open] + string.Join(", ", text[open..^1].Split(", ").Order(StringComparer.Ordinal)) + "]";
    }

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Uid();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Time();

    [GeneratedRegex(@"(?<before>resource version: |current: )\d+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Revision();

    [GeneratedRegex(@"resource version: \d+ \(\d+\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TooOld();

    [GeneratedRegex(@"127\.0\.0\.1:\d+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Address();
}
