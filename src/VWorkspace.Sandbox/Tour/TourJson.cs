using System.Text.Json;
using System.Text.Json.Nodes;

namespace VWorkspace.Sandbox.Tour;

/// <summary>A report as data, for <c>--json</c>.</summary>
internal static class TourJson
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static JsonObject Write(TourReport report) => new()
    {
        ["succeeded"] = report.Succeeded,
        ["durationMs"] = Milliseconds(report.Duration),
        ["steps"] = new JsonArray([.. report.Steps.Select(Write)]),
    };

    public static string ToText(TourReport report) => Write(report).ToJsonString(Indented) + "\n";

    private static JsonObject Write(StepResult step) => new()
    {
        ["name"] = step.Name,
        ["outcome"] = step.Outcome.ToString().ToLowerInvariant(),
        ["expected"] = step.Expectation,
        ["result"] = step.Result,
        ["durationMs"] = Milliseconds(step.Duration),
        ["seen"] = Texts(step.Seen),
        ["instead"] = Texts(step.Instead),
    };

    private static JsonArray Texts(IReadOnlyList<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);

    private static long Milliseconds(TimeSpan duration) => (long)Math.Round(duration.TotalMilliseconds);
}
