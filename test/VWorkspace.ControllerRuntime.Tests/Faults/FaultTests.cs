using VWorkspace.Kubernetes;
using VWorkspace.Kubernetes.InMemory;

namespace VWorkspace.ControllerRuntime.Tests;

/// <summary>What can go wrong between a manager and its API server, over real HTTP. After each: the store equals the server and every change was acted on.</summary>
[TestFixture]
internal sealed class FaultTests
{
    [TestCase(true)]
    [TestCase(false)]
    public async Task Nothing_wrong(bool streaming)
    {
        await using FaultWorld world = await FaultWorld.StartAsync(streaming: streaming);
        for (int i = 0; i < 30; i++) await world.WantAsync($"c{i % 12}", i);
        await world.DeleteAsync("c3");
        await world.EndsWellAsync();
    }

    [Test]
    public async Task Connections_are_cut_again_and_again()
    {
        await using FaultWorld world = await FaultWorld.StartAsync();
        for (int i = 0; i < 60; i++)
        {
            await world.WantAsync($"c{i % 10}", i);
            if (i % 10 == 5) world.Wire.CutAll();
            if (i % 17 == 3) await world.DeleteAsync($"c{i % 10}");
        }

        await world.EndsWellAsync();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task History_is_gone_when_the_connection_comes_back(bool streaming)
    {
        await using FaultWorld world = await FaultWorld.StartAsync(new() { HistoryPerResource = 8 }, streaming);
        for (int i = 0; i < 10; i++) await world.WantAsync($"c{i}", i);
        await world.SettlesAsync();
        world.Wire.Refusing = true;
        world.Wire.CutAll();
        for (int i = 0; i < 30; i++) await world.WantAsync($"d{i}", i);
        await world.DeleteAsync("c1");
        await world.DeleteAsync("c2");
        await world.WantAsync("c2", 99);
        world.Wire.Refusing = false;
        await world.EndsWellAsync();
    }

    [Test]
    public async Task Connection_is_half_open_and_is_noticed_by_its_silence()
    {
        await using FaultWorld world = await FaultWorld.StartAsync();
        await world.WantAsync("c", 1);
        await world.SettlesAsync();
        world.Wire.SilenceOpen();
        await world.WantAsync("c", 2);
        await world.EndsWellAsync();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Stream_falls_silent_on_a_connection_that_works(bool initial)
    {
        await using FaultWorld world = await FaultWorld.StartAsync(run: false);
        await world.WantAsync("c", 1);
        if (!initial)
        {
            world.Run();
            await world.SettlesAsync();
        }

        using IDisposable fault = world.Server.Faults.Add(new() { Verb = "watch", Resource = "configmaps", Times = 1 }, new Fault.Stall());
        if (initial) world.Run();
        else world.Wire.CutAll();
        await Eventually.HoldsAsync(() => world.Server.Faults.Hits == 1, "the watch is stalled");
        await world.WantAsync("c", 2);
        await world.EndsWellAsync();
        Assert.That(world.Logs.Messages, Does.Contain("watch idle for too long, reconnecting"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Stream_is_cut_inside_a_character(bool initial)
    {
        const string Note = "Gr\u00FC\u00DFe \U0001F30D";
        await using FaultWorld world = await FaultWorld.StartAsync(run: false);
        if (initial) await world.WantAsync("c", 1, note: Note);
        using IDisposable fault = world.Server.Faults.Add(new() { Verb = "watch", Resource = "configmaps", Times = 2 }, new Fault.CutInsideCharacter());
        world.Run();
        if (!initial)
        {
            await Eventually.HoldsAsync(() => world.Manager.CachesSynced, "the initial list is complete");
            await world.WantAsync("c", 1, note: Note);
        }

        await world.EndsWellAsync();
        Assert.That(world.Store.Get(new("default", "c"))!.Metadata.Annotations["note"], Is.EqualTo(Note));
        Assert.That(world.Logs.Messages, Does.Contain("watch interrupted"));
    }

    [TestCase(2)]
    [TestCase(3)]
    [TestCase(5)]
    public async Task Every_kth_write_is_a_conflict(int k)
    {
        await using FaultWorld world = await FaultWorld.StartAsync();
        int writes = 0;
        world.Faulty.Before = (verb, _) => verb == "patch" && Interlocked.Increment(ref writes) % k == 0 ? FakeCluster.Error(409, "Conflict") : null;
        for (int i = 0; i < 30; i++) await world.WantAsync($"c{i % 10}", i);
        await world.EndsWellAsync();
    }

    [TestCase(429, "TooManyRequests")]
    [TestCase(500, "InternalError")]
    [TestCase(503, "ServiceUnavailable")]
    [TestCase(504, "Timeout")]
    public async Task Every_third_request_of_whatever_kind_is_refused(int code, string reason)
    {
        await using FaultWorld world = await FaultWorld.StartAsync(run: false);
        int requests = 0;
        world.Faulty.Before = (_, _) => Interlocked.Increment(ref requests) % 3 == 0 ? FakeCluster.Error(code, reason) : null;
        world.Run();
        for (int i = 0; i < 30; i++)
        {
            await world.WantAsync($"c{i % 10}", i);
            if (i % 10 == 0) world.Wire.CutAll();
        }

        await world.EndsWellAsync();
    }

    [Test]
    public async Task Every_third_write_is_carried_out_but_its_answer_is_lost()
    {
        await using FaultWorld world = await FaultWorld.StartAsync();
        int writes = 0;
        world.Faulty.After = (verb, _) =>
        {
            if (verb == "patch" && Interlocked.Increment(ref writes) % 3 == 0) throw new KubernetesTransportException("connection reset");
        };
        for (int i = 0; i < 30; i++) await world.WantAsync($"c{i % 10}", i);
        await world.EndsWellAsync();
    }

    [Test]
    public async Task List_expires_in_the_middle_of_its_pages()
    {
        await using FaultWorld world = await FaultWorld.StartAsync(streaming: false, run: false);
        for (int i = 0; i < 20; i++) await world.WantAsync($"c{i}", i);
        int lists = 0;
        world.Faulty.Before = (verb, resource) => verb == "list" && resource == FaultWorld.ConfigMap && Interlocked.Increment(ref lists) is 2 or 4 ? FakeCluster.Error(410, "Expired") : null;
        world.Run();
        await world.EndsWellAsync();
        Assert.That(lists, Is.GreaterThanOrEqualTo(5));
    }

    [Test]
    public async Task Api_server_is_away_at_the_start_and_comes_later()
    {
        await using FaultWorld world = await FaultWorld.StartAsync(run: false);
        world.Wire.Refusing = true;
        world.Run();
        await world.WantAsync("c", 1);
        await Eventually.HoldsAsync(() => world.Logs.Messages.Contains("discovery failed"), "the manager has tried");
        world.Wire.Refusing = false;
        await world.EndsWellAsync();
    }

    [Test]
    public async Task Api_server_restarts_with_its_data()
    {
        await using FaultWorld world = await FaultWorld.StartAsync();
        for (int i = 0; i < 10; i++) await world.WantAsync($"c{i}", i);
        world.Wire.Refusing = true;
        world.Wire.CutAll();
        await world.WantAsync("c1", 100);
        await Eventually.HoldsAsync(() => world.Wire.Refused > 0, "the manager has tried while the server was away");
        world.Wire.Refusing = false;
        await world.EndsWellAsync();
    }

    [Test]
    public async Task Api_server_restarts_without_its_data()
    {
        await using FaultWorld world = await FaultWorld.StartAsync();
        for (int i = 0; i < 40; i++) await world.WantAsync($"c{i % 10}", i);
        await world.SettlesAsync();
        await using InMemoryApiServer other = await InMemoryApiServer.StartAsync(new() { Token = world.Server.Token });
        await using KubernetesClient admin = FaultWorld.Connect(other, other.Uri.Authority);
        world.Wire.Target = other.Uri;
        world.Wire.CutAll();
        await world.WantAsync("c1", 7, admin);
        await world.WantAsync("fresh", 8, admin);
        await world.EndsWellAsync(admin);
    }

    [Test]
    public async Task Handler_that_throws_or_hangs_on_one_object_does_not_hold_up_the_others()
    {
        await using FaultWorld world = await FaultWorld.StartAsync(run: false);
        int thrown = 0;
        world.BeforeReconcile = async (key, token) =>
        {
            if (key.Name == "throws" && Interlocked.Increment(ref thrown) < 4) throw new InvalidOperationException("bug");
            if (key.Name == "hangs" && thrown < 4) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        };
        world.Run();
        foreach (string name in (string[])["throws", "hangs", "c1", "c2", "c3"]) await world.WantAsync(name, 1);
        await world.EndsWellAsync();
        Assert.That(thrown, Is.GreaterThanOrEqualTo(4));
    }

    [Test]
    public async Task Stop_during_the_initial_list_ends_at_once()
    {
        await using FaultWorld world = await FaultWorld.StartAsync(run: false);
        var asked = new TaskCompletionSource();
        world.Faulty.Before = (verb, resource) =>
        {
            if (verb is "watch" or "list" && resource == FaultWorld.ConfigMap)
            {
                world.Wire.Stall();
                asked.TrySetResult();
            }

            return null;
        };
        world.Run();
        await Eventually.EndsAsync(asked.Task, "the list is asked for");
        Assert.That((await world.EndsCleanAsync()).Reason, Is.EqualTo(ManagerExitReason.Stopped));
    }

    [Test]
    public async Task Stop_during_back_off_ends_at_once()
    {
        await using FaultWorld world = await FaultWorld.StartAsync(run: false);
        world.Faulty.Before = static (verb, _) => verb is "watch" or "list" ? new(new() { Code = 429, Reason = "TooManyRequests" }, TimeSpan.FromHours(1)) : null;
        world.Run();
        await Eventually.HoldsAsync(() => world.Logs.Messages.Contains("failed to list"), "the list was refused");
        Assert.That((await world.EndsCleanAsync()).Reason, Is.EqualTo(ManagerExitReason.Stopped));
    }

    [Test]
    public async Task Stop_with_a_full_queue_lets_running_reconciles_end_and_starts_no_other()
    {
        await using FaultWorld world = await FaultWorld.StartAsync(run: false);
        using var release = new SemaphoreSlim(0);
        int begun = 0, ended = 0;
        world.BeforeReconcile = async (_, token) =>
        {
            Interlocked.Increment(ref begun);
            await release.WaitAsync(token);
            Interlocked.Increment(ref ended);
        };
        for (int i = 0; i < 20; i++) await world.WantAsync($"c{i}", i);
        world.Run();
        await Eventually.HoldsAsync(() => Volatile.Read(ref begun) == 4, "all workers are busy");
        Task<ManagerExit> stopping = world.EndsCleanAsync();
        release.Release(4);
        Assert.That((await stopping).Reason, Is.EqualTo(ManagerExitReason.Stopped));
        Assert.That((begun, ended), Is.EqualTo((4, 4)));
    }

    private static IEnumerable<TestCaseData> StreamFaults()
    {
        yield return new TestCaseData(new Fault.CutBody(2, 40), true).SetArgDisplayNames("cut inside a line");
        yield return new TestCaseData(new Fault.CutBody(3), true).SetArgDisplayNames("cut between lines");
        yield return new TestCaseData(new Fault.CutBeforeResponse(), true).SetArgDisplayNames("cut before the answer");
        yield return new TestCaseData(new Fault.ExpireWatch(), false).SetArgDisplayNames("410 inside the stream");
        yield return new TestCaseData(new Fault.Refuse(410, "Expired"), false).SetArgDisplayNames("410 as the answer");
        yield return new TestCaseData(new Fault.SwallowBookmarks(), true).SetArgDisplayNames("no bookmark, not even the one that ends the initial events");
        yield return new TestCaseData(new Fault.DuplicateBookmarks(), true).SetArgDisplayNames("bookmarks come twice");
        yield return new TestCaseData(new Fault.ReorderBookmarks(), true).SetArgDisplayNames("bookmarks come out of order");
    }

    [TestCaseSource(nameof(StreamFaults))]
    public async Task Stream_that_misbehaves(object fault, bool initial)
    {
        await using FaultWorld world = await FaultWorld.StartAsync(run: false);
        for (int i = 0; i < 10; i++) await world.WantAsync($"c{i}", i);
        if (!initial)
        {
            world.Run();
            await world.SettlesAsync();
        }

        using IDisposable added = world.Server.Faults.Add(new() { Verb = "watch", Resource = "configmaps", Times = 3 }, (Fault)fault);
        if (initial) world.Run();
        else world.Wire.CutAll();
        await Eventually.HoldsAsync(() => world.Server.Faults.Hits >= 1, "the fault is met");
        for (int i = 0; i < 20; i++) await world.WantAsync($"c{i % 12}", 100 + i);
        await world.DeleteAsync("c3");
        await world.EndsWellAsync();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task List_is_older_than_what_was_seen_because_the_server_was_restored(bool streaming)
    {
        await using FaultWorld world = await FaultWorld.StartAsync(streaming: streaming);
        await using InMemoryApiServer restored = await InMemoryApiServer.StartAsync(new() { Token = world.Server.Token });
        await using KubernetesClient admin = FaultWorld.Connect(restored, restored.Uri.Authority);
        for (int i = 0; i < 5; i++) await world.WantAsync($"c{i}", 1, admin);
        for (int i = 0; i < 60; i++) await world.WantAsync($"c{i % 10}", i);
        await world.SettlesAsync();
        world.Wire.Target = restored.Uri;
        world.Wire.CutAll();
        await world.SettlesAsync(admin);
        await world.WantAsync("c1", 2, admin);
        await world.EndsWellAsync(admin);
    }

    [Test]
    public async Task Reconcile_that_ignores_its_deadline_keeps_its_key_is_reported_and_holds_up_nobody()
    {
        await using FaultWorld world = await FaultWorld.StartAsync(run: false, reconcileTimeout: TimeSpan.FromMilliseconds(200));
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int begun = 0;
        world.BeforeReconcile = async (key, _) =>
        {
            if (key.Name != "deaf") return;
            if (Interlocked.Increment(ref begun) == 1) await release.Task;
        };
        await world.WantAsync("deaf", 1);
        world.Run();
        await Eventually.HoldsAsync(() => world.Manager.OverdueReconciles.Count == 1, "the reconcile is known to be overdue");
        using var metrics = new PrometheusCollector(world.Manager.Metrics.Meter.Name);
        Assert.That(world.Manager.OverdueReconciles.Single().Key, Is.EqualTo(new ObjectKey("default", "deaf")));
        Assert.That(world.Manager.CheckReconciles().ToString(), Does.Contain("default/deaf"));
        Assert.That(world.Logs.Messages, Does.Contain("reconcile ignores its deadline, its key stays with its worker"));
        Assert.That(metrics.Scrape(), Does.Contain("vworkspace_runtime_reconciles_overdue{controller=\"copier\"} 1\n"));

        // Its changes wait, those of others do not.
        await world.WantAsync("deaf", 2);
        await world.WantAsync("other", 3);
        await Eventually.HoldsAsync(() => world.Store.Get(new("default", "other"))?.Metadata.Annotations.GetValueOrDefault("have") == "3", "another key is worked on");
        Assert.That(begun, Is.EqualTo(1));
        release.SetResult();
        await world.SettlesAsync();
        Assert.That(world.Manager.OverdueReconciles, Is.Empty);
        Assert.That(world.Manager.CheckReconciles(), Is.EqualTo(HealthCheckResult.Ok));
        await world.EndsWellAsync();
    }

    [Test]
    public async Task Stop_does_not_wait_for_a_deaf_reconcile_beyond_its_grace()
    {
        await using FaultWorld world = await FaultWorld.StartAsync(run: false, reconcileTimeout: TimeSpan.FromMinutes(5), grace: TimeSpan.FromMilliseconds(300));
        var begun = new TaskCompletionSource();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        world.BeforeReconcile = (key, _) =>
        {
            if (key.Name != "deaf") return Task.CompletedTask;
            begun.TrySetResult();
            return release.Task;
        };
        await world.WantAsync("deaf", 1);
        world.Run();
        await Eventually.EndsAsync(begun.Task, "the reconcile runs");
        Assert.That((await world.StopAsync()).Reason, Is.EqualTo(ManagerExitReason.Stopped));
        Assert.That(release.Task.IsCompleted, Is.False, "it was not waited for");
        Assert.That(world.Logs.Messages, Does.Contain("reconciles did not end in time and are cancelled"));
        release.SetResult();
        await world.EndsCleanAsync();
    }
}
