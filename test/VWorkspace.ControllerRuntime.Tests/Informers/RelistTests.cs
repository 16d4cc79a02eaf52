using Microsoft.Extensions.Logging.Abstractions;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime.Tests;

/// <summary>A list over a store that is full already.</summary>
[TestFixture]
internal sealed class RelistTests
{
    private const int Many = 600;

    private Informer<PartialObject> _informer = null!;
    private Recorder _handler = null!;
    private InformerSubscription<PartialObject> _subscription = null!;

    private IReflectorSink<PartialObject> Sink => _informer;

    [SetUp]
    public void SetUp()
    {
        var kinds = new KindRegistry(new FakeCluster(), TimeProvider.System, TimeSpan.FromMinutes(1), NullLogger.Instance);
        _informer = new(Widgets.Widget, InformerScope.All, new(new FakeCluster(), kinds, new(), TimeProvider.System, new Random(1), NullLoggerFactory.Instance, new()));
        _handler = new();
        _subscription = _informer.Subscribe(_handler);
    }

    [TearDown]
    public void TearDown() => _subscription.Dispose();

    private static PartialObject Obj(string name, int version, string uid = "uid", string kind = "Widget") =>
        new() { Kind = kind, Metadata = new() { Namespace = "a", Name = name, Uid = $"{uid}-{name}", ResourceVersion = $"{version}" } };

    private bool List(int version, params IEnumerable<PartialObject> objects)
    {
        IReflectorList<PartialObject> list = Sink.BeginList();
        foreach (PartialObject obj in objects) list.Add(obj);
        return list.Complete($"{version}");
    }

    private PartialObject? Get(string name) => _informer.Store.Get(new("a", name));

    /// <summary>What the handler was told since it was asked last.</summary>
    private async Task<string[]> ToldAsync()
    {
        // A change of its own shows that everything before it was delivered.
        Sink.Upsert(Obj("marker", ++_markers + 1_000_000), null);
        await Eventually.HoldsAsync(() => _handler.Told.Contains($"marker@{_markers + 1_000_000}"), "the handler has seen everything");
        return [.. _handler.Take().Where(static line => !line.StartsWith("marker", StringComparison.Ordinal))];
    }

    private int _markers;

    [Test]
    public async Task List_that_finds_the_same_objects_keeps_their_instances_and_tells_nobody()
    {
        List(10, Obj("a", 1), Obj("b", 2));
        PartialObject? a = Get("a"), b = Get("b");
        await ToldAsync();
        Sink.Delete(new("a", "marker"), null, null);
        await Eventually.HoldsAsync(() => _handler.Told.Any(static line => line == "marker gone"), "the marker goes");
        _handler.Take();
        Assert.That(List(20, Obj("a", 1), Obj("b", 2)), Is.True);
        Assert.That(Get("a"), Is.SameAs(a));
        Assert.That(Get("b"), Is.SameAs(b));
        Assert.That(await ToldAsync(), Is.Empty);
    }

    [Test]
    public async Task List_tells_what_changed_came_and_went()
    {
        List(10, Obj("same", 1), Obj("changed", 2), Obj("gone", 3), Obj("recreated", 4));
        await ToldAsync();
        List(20, Obj("same", 1), Obj("changed", 12), Obj("recreated", 13, uid: "other"), Obj("new", 14));
        Assert.That(await ToldAsync(), Is.EqualTo(new[] { "gone gone", "changed@12", "recreated gone", "recreated@13", "new@14" }));
        Assert.That(_informer.Store.List().Select(static o => o.Metadata.Name).Where(static name => name != "marker"), Is.EquivalentTo(new[] { "same", "changed", "recreated", "new" }));
    }

    [Test]
    public void Long_list_shows_what_is_newer_while_it_arrives_and_what_is_gone_only_in_the_end()
    {
        List(1000, [.. Enumerable.Range(0, Many).Select(static i => Obj($"w{i}", i + 1)), Obj("gone", 999)]);
        IReflectorList<PartialObject> list = Sink.BeginList();
        for (int i = 0; i < Many; i++) list.Add(Obj($"w{i}", i + 2000));
        Assert.That(Get("w0")!.Metadata.ResourceVersion, Is.EqualTo("2000"));
        Assert.That(Get("gone"), Is.Not.Null);
        Assert.That(list.Complete("3000"), Is.True);
        Assert.That(Get($"w{Many - 1}")!.Metadata.ResourceVersion, Is.EqualTo($"{Many + 1999}"));
        Assert.That(Get("gone"), Is.Null);
    }

    [Test]
    public void First_list_shows_itself_only_as_a_whole()
    {
        IReflectorList<PartialObject> list = Sink.BeginList();
        for (int i = 0; i < 3 * Many; i++) list.Add(Obj($"w{i}", i + 1));
        Assert.That((_informer.HasSynced, _informer.Store.Count), Is.EqualTo((false, 0)));
        list.Complete("9000");
        Assert.That((_informer.HasSynced, _informer.Store.Count), Is.EqualTo((true, 3 * Many)));
    }

    [Test]
    public void List_that_is_given_up_half_way_deletes_nothing()
    {
        List(1000, Enumerable.Range(0, Many).Select(static i => Obj($"w{i}", i + 1)));
        IReflectorList<PartialObject> list = Sink.BeginList();
        for (int i = 0; i < Many - 1; i++) list.Add(Obj($"w{i}", i + 2000));
        Assert.That(_informer.Store.Count, Is.EqualTo(Many));
        List(4000, Obj("w0", 2000));
        Assert.That(_informer.Store.List().Select(static o => o.Metadata.Name), Is.EqualTo(new[] { "w0" }));
    }

    [Test]
    public void List_of_another_history_is_read_again_because_equal_versions_say_nothing_there()
    {
        List(1000, Obj("same", 7, kind: "Before"), Obj("newer", 900));
        PartialObject[] restored = [Obj("same", 7, kind: "After"), Obj("newer", 300)];
        Assert.That(List(500, restored), Is.False, "an older list that was compared by version");
        Assert.That(List(500, restored), Is.True);
        Assert.That((Get("same")!.Kind, Get("newer")!.Metadata.ResourceVersion), Is.EqualTo(("After", "300")));
    }

    private sealed class Recorder : IInformerHandler<PartialObject>
    {
        private readonly Lock _gate = new();
        private List<string> _told = [];

        public IReadOnlyList<string> Told
        {
            get
            {
                lock (_gate) return [.. _told];
            }
        }

        public void OnAdded(PartialObject obj, bool isInitial) => Note($"{obj.Metadata.Name}@{obj.Metadata.ResourceVersion}");

        public void OnUpdated(PartialObject previous, PartialObject current) => Note($"{current.Metadata.Name}@{current.Metadata.ResourceVersion}");

        public void OnDeleted(PartialObject last) => Note($"{last.Metadata.Name} gone");

        public List<string> Take()
        {
            lock (_gate)
            {
                List<string> told = _told;
                _told = [];
                return told;
            }
        }

        private void Note(string what)
        {
            lock (_gate) _told.Add(what);
        }
    }
}
