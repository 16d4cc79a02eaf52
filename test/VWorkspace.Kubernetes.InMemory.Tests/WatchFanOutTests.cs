using System.Globalization;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Tests;

/// <summary>Many watchers, and watchers that do not keep up.</summary>
[TestFixture]
public sealed class WatchFanOutTests
{
    /// <summary>As of the real server: the stream just ends, and whoever goes on from the last version it saw has missed nothing.</summary>
    [Test]
    public async Task Watcher_beyond_the_buffer_is_ended_and_resumes_without_a_loss()
    {
        const int Count = 400;
        await using var server = await InMemoryApiServer.StartAsync(new InMemoryApiServerOptions { WatchBuffer = 16 });
        using var client = new TestClient(server);
        long since = server.ResourceVersion;
        using HttpResponseMessage slow = await client.SendAsync("GET", $"/api/v1/namespaces/default/configmaps?watch=true&resourceVersion={since}");
        for (int i = 0; i < Count; i++) await server.CreateAsync(ConfigMap(i, 4000));

        List<(string Name, long Version)> seen = [];
        bool ended = await ReadAsync(slow, seen, int.MaxValue);
        Assert.That(ended, "nobody read while more than the window and the buffer came, so the server gave this watch up");
        Assert.That(seen, Has.Count.AtLeast(16).And.Count.LessThan(Count));

        int resumed = 0;
        while (seen.Count < Count)
        {
            resumed++;
            using HttpResponseMessage next = await client.SendAsync("GET", $"/api/v1/namespaces/default/configmaps?watch=true&resourceVersion={seen[^1].Version}");
            await ReadAsync(next, seen, Count);
        }

        Assert.That(seen.Select(s => s.Name), Is.EqualTo(Enumerable.Range(0, Count).Select(Name)), $"after {resumed} resumptions");
    }

    /// <summary>So many that they are woken in rounds.</summary>
    [TestCase("application/json")]
    [TestCase("application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1")]
    public async Task Hundred_watchers_see_each_change_once_and_in_order(string accept)
    {
        const int Count = 60;
        await using var server = await InMemoryApiServer.StartAsync();
        using var client = new TestClient(server);
        long since = server.ResourceVersion;
        List<Task<List<(string Name, long Version)>>> watchers = [];
        for (int i = 0; i < 100; i++)
        {
            string scope = i % 3 == 0 ? "/api/v1/configmaps" : "/api/v1/namespaces/default/configmaps";
            string selector = i % 5 == 0 ? "&labelSelector=app%3Dload" : "";
            HttpResponseMessage response = await client.SendAsync("GET", $"{scope}?watch=true&allowWatchBookmarks=true&resourceVersion={since}{selector}", headers: [KeyValuePair.Create("Accept", accept)]);
            watchers.Add(Task.Run(async () =>
            {
                using (response)
                {
                    List<(string, long)> seen = [];
                    await ReadAsync(response, seen, Count);
                    return seen;
                }
            }, CancellationToken.None));
        }

        await Task.WhenAll(Enumerable.Range(0, 4).Select(w => Task.Run(async () =>
        {
            for (int i = w; i < Count; i += 4) await server.CreateAsync(ConfigMap(i, i % 7 == 0 ? 9000 : 10));
        }, CancellationToken.None)));

        List<(string Name, long Version)>[] all = await Task.WhenAll(watchers).WaitAsync(TimeSpan.FromMinutes(1));
        foreach (List<(string Name, long Version)> seen in all)
        {
            Assert.That(seen.Select(s => s.Name), Is.EquivalentTo(Enumerable.Range(0, Count).Select(Name)));
            Assert.That(seen.Select(s => s.Version), Is.Ordered.Ascending);
        }
    }

    private static string Name(int index) => "c" + index.ToString("d4", CultureInfo.InvariantCulture);

    private static JsonObject ConfigMap(int index, int bytes)
    {
        JsonObject made = TestData.ConfigMap(Name(index));
        made["metadata"]!["labels"] = new JsonObject { ["app"] = "load" };
        made["data"] = new JsonObject { ["k"] = new string('x', bytes) };
        return made;
    }

    /// <summary>Reads until there are this many, or the stream ends: then true.</summary>
    private static async Task<bool> ReadAsync(HttpResponseMessage response, List<(string Name, long Version)> seen, int until)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(limit.Token));
        while (seen.Count < until)
        {
            if (await lines.ReadLineAsync(limit.Token) is not { } line) return true;
            JsonNode e = JsonNode.Parse(line)!;
            Assert.That((string?)e["type"], Is.EqualTo("ADDED"), line);
            JsonNode metadata = e["object"]!["metadata"]!;
            seen.Add(((string)metadata["name"]!, long.Parse((string)metadata["resourceVersion"]!)));
        }

        return false;
    }
}
