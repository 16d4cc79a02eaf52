using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes;
using VWorkspace.Kubernetes.InMemory;

namespace VWorkspace.ControllerRuntime.Tests;

/// <summary>Two managers on one API server, each with a wire of its own. Every write is noted with its writer at the moment it is sent.</summary>
[TestFixture]
internal sealed class LeadershipFaultTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    private InMemoryApiServer _server = null!;
    private KubernetesClient _admin = null!;
    private readonly List<Replica> _replicas = [];

    [SetUp]
    public async Task SetUpAsync()
    {
        _server = await InMemoryApiServer.StartAsync();
        _admin = FaultWorld.Connect(_server, _server.Uri.Authority);
        await TouchAsync(0);
    }

    [TearDown]
    public async Task TearDownAsync()
    {
        foreach (Replica replica in _replicas) await replica.DisposeAsync();
        _replicas.Clear();
        await _admin.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task Clean_stop_hands_over_at_once_and_the_standby_works_from_a_warm_cache()
    {
        Replica first = await StartAsync("first");
        await first.LeadsAsync();
        Replica second = await StartAsync("second");
        await Eventually.HoldsAsync(() => second.Manager.CachesSynced, "the standby fills its caches");
        Assert.That(second.Writes, Is.Empty);
        ManagerExit exit = await first.StopAsync();
        await second.LeadsAsync();
        await TouchAsync(1);
        await Eventually.HoldsAsync(() => !second.Writes.IsEmpty, "the new leader writes");
        Assert.That(exit.Reason, Is.EqualTo(ManagerExitReason.Stopped));
    }

    [Test]
    public async Task Leader_that_is_cut_off_writes_nothing_after_its_deadline_and_ends()
    {
        Replica first = await StartAsync("first");
        await first.LeadsAsync();
        Replica second = await StartAsync("second");
        long cut = TimeProvider.System.GetTimestamp();
        first.Wire.Refusing = true;
        first.Wire.CutAll();
        ManagerExit exit = await Eventually.EndsAsync(first.Run, "the leader that was cut off ends");
        TimeSpan ended = TimeProvider.System.GetElapsedTime(cut);
        Assert.That(exit.Reason, Is.EqualTo(ManagerExitReason.LeaderElectionLost));
        await second.LeadsAsync();
        long taken = TimeProvider.System.GetTimestamp();
        Assert.That(first.Writes.Where(at => at > taken), Is.Empty, "no write of the old leader after the new one began");
        Assert.That(first.Writes.Where(at => TimeProvider.System.GetElapsedTime(cut, at) > Deadline + TimeSpan.FromSeconds(1)), Is.Empty, "noted a moment after the fence let it pass, hence the second");
        Assert.That(ended, Is.LessThan(Deadline + TimeSpan.FromSeconds(10)), "generous: the machine may be busy");
    }

    [Test]
    public async Task Stolen_lease_ends_the_leader_and_the_process_is_told_why()
    {
        Replica first = await StartAsync("first");
        await first.LeadsAsync();
        KubernetesResource<DynamicObject> lease = DynamicObject.Resource(new("coordination.k8s.io", "v1", "Lease"), "leases");
        var theft = new JsonObject { ["spec"] = new JsonObject { ["holderIdentity"] = "thief", ["leaseDurationSeconds"] = 3600 } };
        Assert.That((await _admin.PatchAsync(lease, new("default", "lease"), Patch.Merge(theft), new(), CancellationToken.None)).Error, Is.Null);
        ManagerExit exit = await Eventually.EndsAsync(first.Run, "the leader ends");
        Assert.That(exit, Is.EqualTo(new ManagerExit(ManagerExitReason.LeaderElectionLost, "leader election lost")));
        Assert.That(first.Manager.IsLeading, Is.False);
    }

    private Task TouchAsync(int value) => _admin.PatchAsync(FaultWorld.ConfigMap, new("default", "work"), Patch.Apply(new JsonObject
    {
        ["apiVersion"] = "v1", ["kind"] = "ConfigMap",
        ["metadata"] = new JsonObject { ["name"] = "work", ["annotations"] = new JsonObject { ["touched"] = $"{value}" } },
    }), new() { FieldManager = "test" }, CancellationToken.None);

    private async Task<Replica> StartAsync(string name)
    {
        var replica = new Replica(name, _server);
        _replicas.Add(replica);
        await Task.Yield();
        return replica;
    }

    private sealed class Replica : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly FaultyClient _client;
        private readonly CountingTime _clock = new();

        public Replica(string name, InMemoryApiServer server)
        {
            Wire = new(server.Uri);
            _client = new(FaultWorld.Connect(server, Wire.Authority))
            {
                Before = (verb, resource) =>
                {
                    if (verb == "patch" && resource == FaultWorld.ConfigMap) Writes.Enqueue(TimeProvider.System.GetTimestamp());
                    return null;
                },
            };
            Manager = new(new()
            {
                Client = _client,
                Clock = _clock,
                Events = Widgets.Events,
                Metrics = new($"replica-{name}-{Guid.NewGuid()}"),
                LeaderElection = new()
                {
                    Namespace = "default", Name = "lease", Identity = name,
                    LeaseDuration = TimeSpan.FromSeconds(4), RenewDeadline = Deadline, RetryPeriod = TimeSpan.FromMilliseconds(300),
                },
            });

            // A busy leader: it writes all the time.
            Manager.AddController("busy").For(FaultWorld.ConfigMap).Reconcile(new FuncReconciler(async (key, token) =>
            {
                if (key.Name != "work") return ReconcileResult.Done;
                var patch = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["by"] = name, ["at"] = $"{TimeProvider.System.GetTimestamp()}" } } };
                await Manager!.Client.PatchAsync(FaultWorld.ConfigMap, key, Patch.Merge(patch), new(), token);
                return ReconcileResult.RequeueAfter(TimeSpan.FromMilliseconds(20));
            }));
            Run = Manager.RunAsync(_stop.Token);
        }

        public WireProxy Wire { get; }

        public ControllerManager Manager { get; }

        public Task<ManagerExit> Run { get; }

        public ConcurrentQueue<long> Writes { get; } = new();

        public Task LeadsAsync() => Eventually.HoldsAsync(() => Manager.IsLeading && !Writes.IsEmpty, "the replica leads and writes");

        public async Task<ManagerExit> StopAsync()
        {
            await _stop.CancelAsync();
            return await Eventually.EndsAsync(Run, "the manager stops");
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            await Manager.DisposeAsync();
            await Eventually.HoldsAsync(() => (Manager.LiveTasks, _clock.ActiveTimers) == (0, 0), "no task or timer is left");
            Manager.Metrics.Dispose();
            await _client.DisposeAsync();
            await Wire.DisposeAsync();
            _stop.Dispose();
        }
    }
}
