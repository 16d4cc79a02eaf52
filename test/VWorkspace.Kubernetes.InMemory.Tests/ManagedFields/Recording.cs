using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Tests.ManagedFields;

/// <summary>Exchanges recorded from a real kube-apiserver, kept beside the tests: the writes only.</summary>
internal static class Recording
{
    public static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static IReadOnlyList<Step> Load(string name)
    {
        using var stream = typeof(Recording).Assembly.GetManifestResourceStream($"recordings/{name}.json")
            ?? throw new InvalidOperationException("no recording " + name);
        var root = JsonNode.Parse(stream)!;
        return [.. root["steps"]!.AsArray().Select(s => new Step(s!.AsObject()))];
    }

    /// <summary>Managed fields without times, in an order that does not depend on them.</summary>
    public static string Normalize(JsonNode? managedFields)
    {
        var entries = (managedFields as JsonArray ?? []).Select(e =>
        {
            var copy = e!.DeepClone().AsObject();
            copy.Remove("time");
            return VWorkspace.Kubernetes.InMemory.Tests.ManagedFields.Canonical.Text(copy);
        });
        return string.Join('\n', entries.Order(StringComparer.Ordinal));
    }

    internal sealed class Step(JsonObject json)
    {
        public string Id => json["id"]!.GetValue<string>();

        public string Method => json["request"]!["method"]!.GetValue<string>();

        public string Path => json["request"]!["path"]!.GetValue<string>();

        public string Type => json["request"]!["type"]?.GetValue<string>() ?? "application/json";

        public string Manager => json["request"]!["query"]?["fieldManager"]?.GetValue<string>() ?? string.Empty;

        public bool Force => json["request"]!["query"]?["force"]?.GetValue<string>() == "true";

        public bool DryRun => json["request"]!["query"]?["dryRun"] is not null;

        public JsonNode? Body => json["request"]!["body"];

        public int Status => json["response"]!["status"]!.GetValue<int>();

        public JsonObject? Response => json["response"]!["body"] as JsonObject;

        public bool IsApply => Type == "application/apply-patch+yaml";

        public string Subresource => Path.EndsWith("/status", StringComparison.Ordinal) ? "status" : string.Empty;
    }
}

/// <summary>JSON texts that can be compared: members sorted.</summary>
internal static class Canonical
{
    public static string Text(JsonNode? node) => node switch
    {
        JsonObject map => "{" + string.Join(',', map.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => $"\"{m.Key}\":{Text(m.Value)}")) + "}",
        JsonArray list => "[" + string.Join(',', list.Select(Text)) + "]",
        null => "null",
        _ => node.ToJsonString(),
    };
}
