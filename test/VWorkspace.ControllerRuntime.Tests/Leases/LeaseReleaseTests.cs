using Microsoft.Extensions.Logging.Abstractions;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime.Tests;

/// <summary>The lease is given back also when the last renewal was cut off by the stop and took effect all the same.</summary>
[TestFixture]
internal sealed class LeaseReleaseTests
{
    [Test]
    public async Task Renewal_that_took_effect_unnoticed_does_not_keep_the_lease()
    {
        var time = new FakeTime();
        await using var cluster = new FakeCluster();
        cluster.Serve(Lease.Resource);
        using var fence = LeaderFence.Guarded(time);
        var elector = new LeaderElector(cluster, new() { Namespace = "ns", Name = "lease", Identity = "me" }, fence, time, new Random(1), NullLogger.Instance);
        await elector.AcquireAsync(CancellationToken.None);
        cluster.Put(Lease.Resource, "ns", "lease", static lease => lease["spec"]!["renewTime"] = "2026-05-28T12:00:02.000000Z");

        await elector.ReleaseAsync(CancellationToken.None);

        Assert.That((string?)cluster.Find(Lease.Resource, "ns", "lease")!["spec"]!["holderIdentity"], Is.Empty);
    }

    [Test]
    public async Task Lease_that_somebody_else_holds_by_now_is_left_alone()
    {
        var time = new FakeTime();
        await using var cluster = new FakeCluster();
        cluster.Serve(Lease.Resource);
        using var fence = LeaderFence.Guarded(time);
        var elector = new LeaderElector(cluster, new() { Namespace = "ns", Name = "lease", Identity = "me" }, fence, time, new Random(1), NullLogger.Instance);
        await elector.AcquireAsync(CancellationToken.None);
        cluster.Put(Lease.Resource, "ns", "lease", static lease => lease["spec"]!["holderIdentity"] = "other");

        await elector.ReleaseAsync(CancellationToken.None);

        Assert.That((string?)cluster.Find(Lease.Resource, "ns", "lease")!["spec"]!["holderIdentity"], Is.EqualTo("other"));
    }

    [Test]
    public async Task Conflicts_without_end_are_given_up()
    {
        var time = new FakeTime();
        await using var cluster = new FakeCluster();
        cluster.Serve(Lease.Resource);
        using var fence = LeaderFence.Guarded(time);
        var elector = new LeaderElector(cluster, new() { Namespace = "ns", Name = "lease", Identity = "me" }, fence, time, new Random(1), NullLogger.Instance);
        await elector.AcquireAsync(CancellationToken.None);
        cluster.Before = static (request, _) => Task.FromResult(request.Verb == "patch" ? FakeCluster.Error(409, "Conflict") : null);

        await Eventually.EndsAsync(elector.ReleaseAsync(CancellationToken.None), "it gives up");

        Assert.That(cluster.Requests.Count(static r => r.Verb == "patch"), Is.EqualTo(3));
    }
}
