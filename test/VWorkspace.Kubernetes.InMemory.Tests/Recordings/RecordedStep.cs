using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Tests.Recordings;

/// <summary>One recorded exchange.</summary>
internal sealed record RecordedStep(string File, string Id, JsonObject Request, JsonObject Response)
{
    public static IReadOnlyList<RecordedStep> LoadAll()
    {
        var directory = Path.Combine(TestContext.CurrentContext.TestDirectory, "Recordings", "Data");
        var steps = new List<RecordedStep>();
        foreach (var file in Directory.GetFiles(directory, "*.json").Order(StringComparer.Ordinal))
        {
            var recording = JsonNode.Parse(System.IO.File.ReadAllText(file))!;
            foreach (var step in recording["steps"]!.AsArray())
                steps.Add(new RecordedStep((string)recording["name"]!, (string)step!["id"]!, step["request"]!.AsObject(), step["response"]!.AsObject()));
        }

        return steps;
    }

    public override string ToString() => $"{File}/{Id}";
}
