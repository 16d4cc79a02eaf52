using System.Text.Json.Nodes;

namespace VWorkspace.Sandbox.StandIns.Flux;

/// <summary>
/// What the values of a release ask of the stand-in, under the key <c>sandbox</c>:
/// <c>fail</c> (an action or a list of them: install, upgrade, rollback, uninstall), <c>message</c> (the error's text) and
/// <c>duration</c> (how long install, upgrade and rollback take).
/// </summary>
internal sealed record ChartScript(IReadOnlyList<HelmAction> Failing, string? Message, TimeSpan? Duration)
{
    public static ChartScript None { get; } = new([], null, null);

    /// <summary>Reads the script; what is not understood counts as absent, as with any other value that a chart does not know.</summary>
    public static ChartScript Read(JsonObject? values)
    {
        if (values?["sandbox"] is not JsonObject sandbox) return None;
        List<HelmAction> failing = [];
        foreach (JsonNode? entry in sandbox["fail"] is JsonArray list ? list.AsEnumerable() : [sandbox["fail"]])
            if (Text(entry) is { } name && Enum.TryParse(name, ignoreCase: true, out HelmAction action)) failing.Add(action);
        return new(failing, Text(sandbox["message"]), GoDuration.Parse(Text(sandbox["duration"])));
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}

/// <summary>What Helm does to a release.</summary>
internal enum HelmAction
{
    Install,
    Upgrade,
    Rollback,
    Uninstall,
}
