using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime.Tests;

/// <summary>Two candidates on one virtual clock: whatever happens, their fences are never open at once.</summary>
[TestFixture]
internal sealed class LeaderElectorTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    private FakeTime _time = null!;
    private FakeCluster _cluster = null!;
    private CancellationTokenSource _stop = null!;
    private List<Candidate> _candidates = null!;
    private bool _bothOpen;

    [SetUp]
    public void SetUp()
    {
        (_time, _cluster, _stop, _candidates, _bothOpen) = (new(), new(), new(), [], false);
        _cluster.Serve(Lease.Resource);
    }

    [TearDown]
    public async Task TearDown()
    {
        await _stop.CancelAsync();
        foreach (Candidate candidate in _candidates)
        {
            await Eventually.EndsAsync(candidate.Run, $"{candidate.Name} ends");
            candidate.Fence.Dispose();
        }

        _stop.Dispose();
        await _cluster.DisposeAsync();
        Assert.That(_bothOpen, Is.False, "two leaders at once");
        Assert.That(_time.ActiveTimers, Is.Zero, "no timer is left");
    }

    private Candidate Start(string name)
    {
        var candidate = new Candidate(name, new PartitionedClient(_cluster, _time), LeaderFence.Guarded(_time));
        candidate.Elector = new(candidate.Client, new() { Namespace = "ns", Name = "lease", Identity = name }, candidate.Fence, _time, new Random(1), NullLogger.Instance);
        candidate.Run = RunAsync(candidate);
        _candidates.Add(candidate);
        return candidate;
    }

    private async Task RunAsync(Candidate candidate)
    {
        try
        {
            await candidate.Elector.AcquireAsync(_stop.Token);
            candidate.Leads = true;
            await candidate.Elector.HoldAsync(_stop.Token);
            candidate.Leads = false;
            candidate.LostAt = _time.GetTimestamp();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            candidate.Leads = false;
        }
    }

    private Task UntilAsync(Func<bool> condition, double mostSeconds) => _time.AdvanceUntilAsync(() =>
    {
        _bothOpen |= _candidates.Count(static c => c.Fence.IsOpen) > 1;
        return condition();
    }, Step, TimeSpan.FromSeconds(mostSeconds));

    private async Task ForAsync(double seconds)
    {
        long end = _time.GetTimestamp() + TimeSpan.FromSeconds(seconds).Ticks;
        await UntilAsync(() => _time.GetTimestamp() >= end, seconds + 1);
    }

    [Test]
    public async Task First_candidate_leads_and_the_second_waits_as_long_as_it_renews()
    {
        Candidate a = Start("a");
        await UntilAsync(() => a.Leads, 1);
        Candidate b = Start("b");
        await ForAsync(60);
        Assert.That((a.Leads, b.Leads), Is.EqualTo((true, false)));
    }

    [Test]
    public async Task Leader_cut_off_stops_by_its_deadline_and_the_other_takes_over_after_the_duration()
    {
        Candidate a = Start("a");
        await UntilAsync(() => a.Leads, 1);
        Candidate b = Start("b");
        await ForAsync(5);
        a.Client.Partitioned = true;
        long cut = _time.GetTimestamp();
        await UntilAsync(() => !a.Leads, 12);
        Assert.That(TimeSpan.FromTicks(a.LostAt - cut), Is.LessThanOrEqualTo(TimeSpan.FromSeconds(10.5)));
        Assert.That(a.Fence.IsOpen, Is.False);
        Assert.That(b.Leads, Is.False);
        await UntilAsync(() => b.Leads, 10);
        Assert.That(TimeSpan.FromTicks(_time.GetTimestamp() - cut), Is.LessThan(TimeSpan.FromSeconds(20)));
    }

    [Test]
    public async Task Leader_whose_requests_hang_stops_by_its_deadline()
    {
        Candidate a = Start("a");
        await UntilAsync(() => a.Leads, 1);
        a.Client.Hanging = true;
        long cut = _time.GetTimestamp();
        await UntilAsync(() => !a.Leads, 12);
        Assert.That(TimeSpan.FromTicks(a.LostAt - cut), Is.LessThanOrEqualTo(TimeSpan.FromSeconds(10.5)));
    }

    [Test]
    public async Task Slow_renewals_do_not_end_a_leadership()
    {
        Candidate a = Start("a");
        await UntilAsync(() => a.Leads, 1);
        a.Client.Delay = TimeSpan.FromSeconds(3);
        await ForAsync(60);
        Assert.That(a.Leads, Is.True);
    }

    [Test]
    public async Task Jumps_of_the_wall_clock_end_no_leadership_and_make_no_second_leader()
    {
        Candidate a = Start("a");
        await UntilAsync(() => a.Leads, 1);
        Candidate b = Start("b");
        await ForAsync(5);
        _time.JumpWallClock(TimeSpan.FromHours(5));
        await ForAsync(20);
        _time.JumpWallClock(TimeSpan.FromHours(-9));
        await ForAsync(20);
        Assert.That((a.Leads, b.Leads), Is.EqualTo((true, false)));
    }

    [Test]
    public async Task Stolen_lease_ends_the_leadership_with_the_next_renewal()
    {
        Candidate a = Start("a");
        await UntilAsync(() => a.Leads, 1);
        long stolen = _time.GetTimestamp();
        _cluster.Put(Lease.Resource, "ns", "lease", static lease => lease["spec"]!["holderIdentity"] = "thief");
        await UntilAsync(() => !a.Leads, 5);
        Assert.That(TimeSpan.FromTicks(a.LostAt - stolen), Is.LessThanOrEqualTo(TimeSpan.FromSeconds(3)));
        Assert.That(a.Fence.IsOpen, Is.False);
    }

    [Test]
    public async Task Deleted_lease_is_made_again_by_the_leader()
    {
        Candidate a = Start("a");
        await UntilAsync(() => a.Leads, 1);
        _cluster.Remove(Lease.Resource, "ns", "lease");
        await UntilAsync(() => _cluster.Find(Lease.Resource, "ns", "lease") is not null, 6);
        await ForAsync(20);
        Assert.That(a.Leads, Is.True);
        Assert.That((string?)_cluster.Find(Lease.Resource, "ns", "lease")!["spec"]!["holderIdentity"], Is.EqualTo("a"));
    }

    [Test]
    public async Task Released_lease_is_taken_within_about_one_retry_period()
    {
        Candidate a = Start("a");
        await UntilAsync(() => a.Leads, 1);
        Candidate b = Start("b");
        await ForAsync(5);
        long released = _time.GetTimestamp();
        a.Leads = false;
        await a.Elector.ReleaseAsync(CancellationToken.None);
        await UntilAsync(() => b.Leads, 4);
        Assert.That(TimeSpan.FromTicks(_time.GetTimestamp() - released), Is.LessThanOrEqualTo(TimeSpan.FromSeconds(3)));
        var spec = (JsonObject)_cluster.Find(Lease.Resource, "ns", "lease")!["spec"]!;
        Assert.That((string?)spec["holderIdentity"], Is.EqualTo("b"));
        Assert.That((int?)spec["leaseTransitions"], Is.EqualTo(1));
        Assert.That((int?)spec["leaseDurationSeconds"], Is.EqualTo(15));
    }

    [Test]
    public async Task Write_through_the_fence_is_refused_after_the_deadline_and_one_under_way_is_cut()
    {
        Candidate a = Start("a");
        await UntilAsync(() => a.Leads, 1);
        _cluster.Serve(Widgets.Widget);
        var cache = new InformerCache(new(_cluster, new(_cluster, _time, TimeSpan.FromMinutes(1), NullLogger.Instance), new(), _time, new Random(1), NullLoggerFactory.Instance, new()));
        await using var slow = new PartitionedClient(_cluster, _time) { Hanging = true };
        await using var hanging = new ManagerClient(slow, a.Fence, cache);
        await using var client = new ManagerClient(_cluster, a.Fence, cache);
        Task<ApiResult<PartialObject>> underWay = WriteAsync(hanging, "one");
        a.Client.Partitioned = true;
        await UntilAsync(() => !a.Fence.IsOpen, 12);
        Assert.That(async () => await underWay.WaitAsync(Eventually.Limit), Throws.TypeOf<LeadershipLostException>());
        Assert.That(async () => await WriteAsync(client, "two"), Throws.TypeOf<LeadershipLostException>());
        Assert.That(_cluster.CountOf(Widgets.Widget), Is.Zero);

        static Task<ApiResult<PartialObject>> WriteAsync(ManagerClient client, string name) =>
            client.CreateAsync(Widgets.Widget, "a", new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } }, new WriteOptions(), CancellationToken.None);
    }

    [Test]
    public async Task Write_of_a_standby_is_refused_and_never_sent()
    {
        using var standby = LeaderFence.Guarded(_time);
        var cache = new InformerCache(new(_cluster, new(_cluster, _time, TimeSpan.FromMinutes(1), NullLogger.Instance), new(), _time, new Random(1), NullLoggerFactory.Instance, new()));
        await using var client = new ManagerClient(_cluster, standby, cache);
        Assert.That(async () => await client.DeleteAsync(Widgets.Widget, new("a", "one"), new DeleteOptions(), CancellationToken.None), Throws.TypeOf<LeadershipLostException>());
        Assert.That(_cluster.Requests, Is.Empty);
        Assert.That((await client.GetAsync(Widgets.Widget, new("a", "one"), CancellationToken.None)).Error!.IsNotFound, Is.True, "reads are free");
    }

    private sealed class Candidate(string name, PartitionedClient client, LeaderFence fence)
    {
        public string Name { get; } = name;

        public PartitionedClient Client { get; } = client;

        public LeaderFence Fence { get; } = fence;

        public LeaderElector Elector { get; set; } = null!;

        public Task Run { get; set; } = Task.CompletedTask;

        public volatile bool Leads;

        public long LostAt;
    }
}
