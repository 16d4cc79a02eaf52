using VWorkspace.Kubernetes.Tests.Wire;

namespace VWorkspace.Kubernetes.Tests.Client;

[TestFixture]
public sealed class WatchTests
{
    private static string Line(string type, string obj) => $$"""{"type":"{{type}}","object":{{obj}}}""" + "\n";

    [Test]
    public async Task Watch_gives_events_bookmarks_and_errors_as_values()
    {
        await using var server = new RawServer(async (_, response) =>
        {
            await response.StartAsync();
            await response.ChunkAsync(Line("ADDED", Widget.Json("a", 1, "5")) + Line("MODIFIED", Widget.Json("a", 2, "6")));
            await response.ChunkAsync(Line("BOOKMARK", """{"kind":"Widget","metadata":{"resourceVersion":"9","annotations":{"k8s.io/initial-events-end":"true"}}}"""));
            await response.ChunkAsync("\n" + Line("DELETED", Widget.Json("a", 2, "10")) + Line("ADDED", """{"metadata":{"namespace":"n","name":"odd","resourceVersion":"11"},"spec":{"size":"x"}}"""));
            await response.ChunkAsync(Line("ERROR", """{"kind":"Status","status":"Failure","message":"too old resource version","reason":"Expired","code":410}"""));
            await response.EndAsync();
        });
        await using KubernetesClient client = TestClients.For(server.Address);

        await using IWatchStream<Widget> watch = (await client.WatchAsync(Widget.Resource, "ns", new() { SendInitialEvents = true, Timeout = TimeSpan.FromSeconds(5) }, TestClients.Limit())).Value;
        List<WatchEvent<Widget>> events = [];
        await foreach (WatchEvent<Widget> e in watch) events.Add(e);

        Assert.That(events.Select(e => e.Type), Is.EqualTo(new[]
        {
            WatchEventType.Added, WatchEventType.Modified, WatchEventType.Bookmark, WatchEventType.Deleted, WatchEventType.Undecodable, WatchEventType.Error,
        }));
        Assert.That(events.Select(e => e.ResourceVersion), Is.EqualTo(new[] { "5", "6", "9", "10", "11", null }));
        Assert.That(events[2].IsInitialEventsEnd);
        Assert.That(events[4].Key, Is.EqualTo(new ObjectKey("n", "odd")));
        Assert.That(events[4].UndecodableType, Is.EqualTo(WatchEventType.Added));
        Assert.That(events[5].Error!.IsExpired);
        Assert.That(server.Requests.Single().Query, Is.EqualTo("watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=5"));
    }

    [Test]
    public async Task Opening_does_not_wait_for_a_first_event_and_dispose_ends_a_pending_read()
    {
        await using var server = new RawServer(async (_, response) =>
        {
            await response.StartAsync();
            await response.StallAsync();
        });
        await using KubernetesClient client = TestClients.For(server.Address);
        IWatchStream<Widget> watch = (await client.WatchAsync(Widget.Resource, null, new(), TestClients.Limit())).Value;
        await using IAsyncEnumerator<WatchEvent<Widget>> events = watch.GetAsyncEnumerator(CancellationToken.None);
        ValueTask<bool> pending = events.MoveNextAsync();
        Assert.That(pending.IsCompleted, Is.False);

        await watch.DisposeAsync();

        Assert.That(async () => await pending.AsTask().WaitAsync(TestClients.Patience), Throws.InstanceOf<OperationCanceledException>());
    }
}
