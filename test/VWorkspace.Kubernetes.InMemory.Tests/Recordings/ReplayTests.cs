using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Tests.Recordings;

/// <summary>Everything that was recorded from a real kube-apiserver must come out of this one alike.</summary>
[TestFixture]
public sealed class ReplayTests
{
    private Dictionary<string, JsonNode?> _answers = [];

    public static IEnumerable<TestCaseData> Steps() => RecordedStep.LoadAll().Select(s => new TestCaseData(s.File, s.Id).SetName($"Exchange_{s.File}_{s.Id}_is_answered_as_recorded"));

    [OneTimeSetUp]
    public async Task PlayEverythingInOrder() => _answers = await PlayAllAsync();

    [TestCaseSource(nameof(Steps))]
    public void Exchange_is_answered_as_recorded(string file, string id)
    {
        var step = RecordedStep.LoadAll().Single(s => s.File == file && s.Id == id);
        Assert.That(JsonDifferences.Between(Normalizer.Normalize(step.Response), _answers[step.ToString()]), Is.Empty);
    }

    private static async Task<Dictionary<string, JsonNode?>> PlayAllAsync()
    {
        // Ages in tables must not depend on how fast the machine is; timers still run.
        var options = new InMemoryApiServerOptions { TimeProvider = new FrozenClock(), NamespaceController = false, OwnerGarbageCollection = false };
        await using var server = await InMemoryApiServer.StartAsync(options);
        using var client = new TestClient(server);
        var player = new ReplayPlayer(client);
        var answers = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var step in RecordedStep.LoadAll()) answers[step.ToString()] = Normalizer.Normalize(await player.PlayAsync(step));
        return answers;
    }

    private sealed class FrozenClock : TimeProvider
    {
        private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
