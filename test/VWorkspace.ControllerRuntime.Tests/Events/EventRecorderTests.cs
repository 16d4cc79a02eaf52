using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime.Tests;

[TestFixture]
internal sealed class EventRecorderTests
{
    private static readonly ObjectReference One = new(Widgets.Widget.Kind, new("a", "one"), "uid-1", "7");

    private FakeCluster _cluster = null!;
    private int _dropped;

    [SetUp]
    public void SetUp()
    {
        _cluster = new();
        _dropped = 0;
    }

    [TearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    private EventRecorder Recorder(EventRecorderOptions? options = null) =>
        new(_cluster, options ?? Widgets.Events, TimeProvider.System, () => Interlocked.Increment(ref _dropped), new(), NullLogger.Instance);

    private static async Task FlushAsync(EventRecorder recorder)
    {
        recorder.Complete();
        await Eventually.EndsAsync(recorder.RunAsync(CancellationToken.None), "the recorder flushes");
    }

    [Test]
    public async Task Event_has_every_field_that_the_api_asks_for()
    {
        EventRecorder recorder = Recorder();
        recorder.Record(One, EventType.Warning, "Failed", "it did not work");
        await FlushAsync(recorder);
        FakeRequest request = _cluster.Requests.Single();
        var body = request.Body!;
        Assert.That((request.Verb, request.Plural, request.Namespace), Is.EqualTo(("create", "events", "a")));
        Assert.That((string?)body["reason"], Is.EqualTo("Failed"));
        Assert.That((string?)body["action"], Is.Not.Empty);
        Assert.That((string?)body["type"], Is.EqualTo("Warning"));
        Assert.That((string?)body["note"], Is.EqualTo("it did not work"));
        Assert.That((string?)body["reportingController"], Is.EqualTo("widget-operator"));
        Assert.That((string?)body["reportingInstance"], Is.EqualTo("pod-0"));
        Assert.That((string?)body["eventTime"], Does.Match(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$"));
        Assert.That((string?)body["metadata"]!["name"], Does.StartWith("one."));
        Assert.That(body["regarding"]!.ToJsonString(), Is.EqualTo("""{"apiVersion":"example.io/v1","kind":"Widget","name":"one","namespace":"a","uid":"uid-1","resourceVersion":"7"}"""));
        Assert.That(body["series"], Is.Null);
    }

    [Test]
    public async Task Repeated_event_raises_the_count_of_its_series_by_patch()
    {
        EventRecorder recorder = Recorder();
        for (int i = 0; i < 3; i++) recorder.Record(One, EventType.Normal, "Done", "well");
        await FlushAsync(recorder);
        Assert.That(_cluster.Requests.Select(static r => r.Verb), Is.EqualTo(new[] { "create", "patch", "patch" }));
        Assert.That((int?)_cluster.Requests[2].Body!["series"]!["count"], Is.EqualTo(3));
        Assert.That((string?)_cluster.Requests[2].Body!["series"]!["lastObservedTime"], Is.Not.Empty);
    }

    [Test]
    public async Task Repeated_event_whose_first_one_expired_is_created_anew()
    {
        EventRecorder recorder = Recorder();
        recorder.Record(One, EventType.Normal, "Done", "well");
        recorder.Record(One, EventType.Normal, "Done", "well");
        _cluster.Before = (request, _) => Task.FromResult(request.Verb == "patch" ? FakeCluster.Error(404, "NotFound") : null);
        await FlushAsync(recorder);
        Assert.That(_cluster.Requests.Select(static r => r.Verb), Is.EqualTo(new[] { "create", "patch", "create" }));
    }

    [Test]
    public async Task Event_about_a_cluster_scoped_object_is_in_the_configured_namespace()
    {
        EventRecorder recorder = Recorder(Widgets.Events with { ClusterScopedNamespace = "vworkspace-system" });
        recorder.Record(new(Widgets.Widget.Kind, ObjectKey.ClusterScoped("one"), null), EventType.Normal, "Done", "well");
        await FlushAsync(recorder);
        Assert.That(_cluster.Requests.Single().Namespace, Is.EqualTo("vworkspace-system"));
    }

    [Test]
    public async Task Message_is_redacted_before_it_is_cut_to_1024_bytes()
    {
        EventRecorder recorder = Recorder(Widgets.Events with { Redact = static text => text.Replace("hunter2", "[REDACTED]", StringComparison.Ordinal) });
        recorder.Record(One, EventType.Normal, "Done", new string('ä', 508) + "hunter2" + new string('ö', 500));
        await FlushAsync(recorder);
        string note = (string)_cluster.Requests.Single().Body!["note"]!;
        Assert.That(Encoding.UTF8.GetByteCount(note), Is.InRange(1022, 1024));
        Assert.That(note, Does.Not.Contain("hunt").And.Contain("[REDAC"));
    }

    [Test]
    public async Task Recorder_never_blocks_and_drops_what_does_not_fit()
    {
        EventRecorder recorder = Recorder(Widgets.Events with { QueueCapacity = 5 });
        for (int i = 0; i < 20; i++) recorder.Record(One, EventType.Normal, "Done", $"m{i}");
        Assert.That(_dropped, Is.EqualTo(15));
        await FlushAsync(recorder);
        Assert.That(_cluster.Requests, Has.Count.EqualTo(5));
        Assert.That(() => recorder.Record(One, EventType.Normal, "Done", "late"), Throws.Nothing);
        Assert.That(_dropped, Is.EqualTo(16));
    }

    [Test]
    public async Task Refused_write_is_dropped_and_the_next_one_goes_out()
    {
        EventRecorder recorder = Recorder();
        recorder.Record(One, EventType.Normal, "Done", "first");
        recorder.Record(One, EventType.Normal, "Done", "second");
        _cluster.Before = (request, _) => Task.FromResult((string?)request.Body!["note"] == "first" ? FakeCluster.Error(403, "Forbidden") : null);
        await FlushAsync(recorder);
        Assert.That(_dropped, Is.EqualTo(1));
        Assert.That(_cluster.Requests, Has.Count.EqualTo(2));
    }
}
