using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Storage;

namespace VWorkspace.Kubernetes.InMemory.Tests;

/// <summary>A watcher's inbox and who wakes its reader.</summary>
[TestFixture]
public sealed class StoreSubscriptionTests
{
    [Test]
    public async Task Reader_sees_every_change_in_order_however_it_is_woken([Values] bool paced)
    {
        const int Count = 20_000;
        var subscription = new StoreSubscription("", int.MaxValue, paced ? new WatchPump() : null);
        Task<List<long>> reading = ReadAllAsync(subscription);

        await Task.Run(() =>
        {
            for (int i = 1; i <= Count; i++)
            {
                Assert.That(subscription.Offer(Change(i)));
                if (i % 1000 == 0) subscription.Signal();
            }

            subscription.End();
        }, CancellationToken.None);

        Assert.That(await reading.WaitAsync(TimeSpan.FromMinutes(1)), Is.EqualTo(Enumerable.Range(1, Count).Select(i => (long)i)));
    }

    [Test]
    public async Task Full_inbox_ends_the_subscription_and_can_still_be_read()
    {
        var subscription = new StoreSubscription("", 2, pump: null);

        Assert.That((subscription.Offer(Change(1)), subscription.Offer(Change(2)), subscription.IsEnded), Is.EqualTo((true, true, false)));
        Assert.That((subscription.Offer(Change(3)), subscription.IsEnded, subscription.Offer(Change(4))), Is.EqualTo((false, true, false)));

        Assert.That(await ReadAllAsync(subscription).WaitAsync(TimeSpan.FromMinutes(1)), Is.EqualTo(new[] { 1L, 2L }));
    }

    [Test]
    public void Changes_of_other_namespaces_take_no_room()
    {
        var subscription = new StoreSubscription("default", 1, pump: null);

        Assert.That((subscription.Offer(Change(1, "other")), subscription.TryPeek(out _)), Is.EqualTo((true, false)));
        Assert.That((subscription.Offer(Change(2)), subscription.TryPeek(out StoreEvent? waiting), waiting?.Revision), Is.EqualTo((true, true, 2L)));
    }

    private static async Task<List<long>> ReadAllAsync(StoreSubscription subscription)
    {
        List<long> seen = [];
        while (true)
        {
            await subscription.WaitAsync();
            bool over = subscription.IsEnded;
            while (subscription.TryRead(out StoreEvent? change)) seen.Add(change.Revision);
            if (over) return seen;
        }
    }

    private static StoreEvent Change(long revision, string ns = "default") =>
        new(StoreEventType.Added, new StoredObject(new JsonObject { ["metadata"] = new JsonObject { ["name"] = "a", ["namespace"] = ns } }, revision), null, ResourceTable.Empty);
}
