using System.Text;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.Tests.Client;
using VWorkspace.Kubernetes.Tests.Support;
using VWorkspace.Kubernetes.Wire;

namespace VWorkspace.Kubernetes.Tests.Wire;

/// <summary>What a real API server answered is understood.</summary>
[TestFixture]
public sealed class RecordingTests
{
    [Test]
    public void Watch_events_of_a_real_server_are_decoded()
    {
        JsonArray steps = Steps("watch");
        List<string> Types(string id) => Step(steps, id)["response"]!["events"]!.AsArray().Select(e =>
        {
            WatchEvent<Widget> decoded = WatchLineDecoder.Decode(Encoding.UTF8.GetBytes(e!.ToJsonString()), Widget.Resource.Json);
            return decoded.Type + (decoded.IsInitialEventsEnd ? "*" : "") + (decoded.Error?.IsExpired == true ? "!" : "") + (decoded.Object is null ? "" : " " + decoded.Key!.Value.Name);
        }).ToList();

        Assert.That(Types("from_list"), Is.EqualTo(new[] { "Added b", "Modified b", "Modified b", "Deleted b" }));
        Assert.That(Types("initial_events"), Is.EqualTo(new[] { "Added a", "Bookmark*" }));
        Assert.That(Types("too_old"), Is.EqualTo(new[] { "Error!" }));
    }

    [Test]
    public async Task Every_list_of_a_real_server_is_decoded()
    {
        int lists = 0;
        foreach (JsonNode? step in Steps("list-select-page"))
        {
            if (step!["response"]!["body"] is not JsonObject body || body["items"] is not JsonArray items) continue;
            lists++;
            ObjectPage<Widget> page = await ListDecoder.DecodeAsync(new ChunkedStream(Encoding.UTF8.GetBytes(body.ToJsonString()), [7, 300]), Widget.Resource, 1 << 20, CancellationToken.None);
            Assert.That(page.Items, Has.Count.EqualTo(items.Count), (string?)step["id"]);
            Assert.That(page.Undecodable, Is.Empty);
            Assert.That(page.Continue, Is.EqualTo((string?)body["metadata"]!["continue"] is { Length: > 0 } token ? token : null));
            Assert.That(page.RemainingItemCount, Is.EqualTo((long?)body["metadata"]!["remainingItemCount"]));
        }

        Assert.That(lists, Is.GreaterThan(10));
    }

    [Test]
    public async Task Refusals_of_a_real_server_keep_code_reason_and_causes()
    {
        JsonArray steps = [.. Steps("bad-requests").Concat(Steps("list-select-page")).Select(s => s!.DeepClone())];
        async Task<KubernetesError> Refusal(string id)
        {
            JsonNode response = Step(steps, id)["response"]!;
            int status = (int)response["status"]!;
            string body = response["body"]?.ToJsonString() ?? (string)response["text"]!;
            await using var server = new RawServer((_, r) => r.TextAsync(status, "text/plain", body));
            await using KubernetesClient client = TestClients.For(server.Address);
            return (await client.GetAsync(Widget.Resource, new("ns", "a"), TestClients.Limit())).Error!;
        }

        KubernetesError future = await Refusal("rv_future");
        Assert.That((future.Code, future.IsTooLargeResourceVersion, future.IsTransient, future.RetryAfter), Is.EqualTo((504, true, true, (TimeSpan?)TimeSpan.FromSeconds(1))));
        KubernetesError badName = await Refusal("bad_name");
        Assert.That((badName.IsInvalid, badName.Status.Details!.Causes.Count), Is.EqualTo((true, 1)));
        Assert.That((await Refusal("unknown_group")).IsNotFound);
        KubernetesError badVersion = await Refusal("bad_watch_rv");
        Assert.That((badVersion.Code, badVersion.Reason), Is.EqualTo((500, "InternalError")));
    }

    private static JsonNode Step(JsonArray steps, string id) => steps.Single(s => (string?)s!["id"] == id)!;

    private static JsonArray Steps(string name)
    {
        DirectoryInfo? at = new(TestContext.CurrentContext.TestDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "VWorkspace.sln"))) at = at.Parent;
        string file = Path.Combine(at?.Parent?.FullName ?? "", "shared", "apiserver-recordings", name + ".json");
        if (!File.Exists(file)) Assert.Ignore($"the recordings of a real API server are not beside the repository ({file})");
        // The recordings blank out what changes from run to run; a time has to be one to be decoded.
        return JsonNode.Parse(File.ReadAllText(file).Replace("<time>", "2026-01-01T00:00:00Z", StringComparison.Ordinal))!["steps"]!.AsArray();
    }
}
