using Microsoft.Extensions.Logging.Abstractions;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime.Tests;

/// <summary>Servers and what stands before them at their worst: silence, rubbish, versions without order, tokens without end.</summary>
[TestFixture]
internal sealed class HostileReflectorTests
{
    private FakeTime _time = null!;
    private ReflectorTests.Script _script = null!;
    private ReflectorTests.Sink _sink = null!;
    private CancellationTokenSource _stop = null!;
    private Task _run = Task.CompletedTask;

    [SetUp]
    public void SetUp() => (_time, _script, _sink, _stop) = (new(), new(), new(), new());

    [TearDown]
    public async Task TearDown()
    {
        await _stop.CancelAsync();
        await Eventually.EndsAsync(_run.ContinueWith(static _ => { }, TaskScheduler.Default), "the reflector ends");
        _stop.Dispose();
        await _script.DisposeAsync();
        Assert.That(_time.ActiveTimers, Is.Zero, "no timer is left");
    }

    private void Start() => _run = new Reflector<PartialObject>(
        _script, Widgets.Widget, InformerScope.All, _sink, new() { StreamInitialLists = false }, _time, new Random(1), NullLogger.Instance).RunUntilNotServedAsync(_stop.Token);

    private Task UntilAsync(Func<bool> condition) => _time.AdvanceUntilAsync(condition, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));

    private static PartialObject Obj(string name, int version) => new() { Metadata = new() { Name = name, Uid = "uid-" + name, ResourceVersion = $"{version}" } };

    private static WatchEvent<PartialObject> Modified(string name, int version) => new() { Type = WatchEventType.Modified, Object = Obj(name, version), ResourceVersion = $"{version}" };

    private static WatchEvent<PartialObject> Rubbish() => new() { Type = WatchEventType.Undecodable, DecodeError = "the line is not valid JSON" };

    [Test]
    public async Task Silence_that_the_client_notices_first_counts_as_silence_and_leads_to_a_new_list()
    {
        var silence = new KubernetesTransportException("silent for 150 s") { Fault = TransportFault.Idle };
        _script.Page("9", null);
        _script.WatchThenBreak(silence);
        _script.WatchThenBreak(silence);
        _script.Page("4", null);
        _script.Watch();
        Start();
        await UntilAsync(() => _script.Asked.Count == 5);
        Assert.That(_script.Asked, Is.EqualTo(new[] { "list", "watch from 9", "watch from 9", "list", "watch from 4" }));
    }

    [Test]
    public async Task Watches_that_bring_only_rubbish_are_not_asked_for_again_without_a_pause()
    {
        _script.Page("9", null);
        for (int i = 0; i < 9; i++) _script.WatchThenEnd(Rubbish(), Rubbish());
        Start();
        await UntilAsync(() => _script.Asked.Count == 10);
        Assert.That(TimeSpan.FromTicks(_time.GetTimestamp()), Is.GreaterThan(TimeSpan.FromSeconds(20)), "the pauses grow");
    }

    [Test]
    public async Task Bookmarks_that_bring_nothing_new_do_not_make_a_watch_useful()
    {
        _script.Page("9", null);
        for (int i = 0; i < 9; i++) _script.WatchThenEnd(new WatchEvent<PartialObject> { Type = WatchEventType.Bookmark, ResourceVersion = "9" });
        Start();
        await UntilAsync(() => _script.Asked.Count == 10);
        Assert.That(TimeSpan.FromTicks(_time.GetTimestamp()), Is.GreaterThan(TimeSpan.FromSeconds(20)));
    }

    [Test]
    public async Task Watch_that_ends_soon_but_brought_something_resumes_at_once()
    {
        _script.Page("9", null);
        for (int i = 10; i < 50; i++) _script.WatchThenEnd(Modified("a", i));
        _script.Watch();
        Start();
        await UntilAsync(() => _script.Asked.Count == 42);
        Assert.That(TimeSpan.FromTicks(_time.GetTimestamp()), Is.LessThan(TimeSpan.FromSeconds(30)));
    }

    [Test]
    public async Task Versions_without_any_order_are_listed_again_with_pauses_and_not_in_a_loop()
    {
        for (int i = 0; i < 9; i++)
        {
            _script.Page("9", null);
            _script.WatchThenEnd(Modified("a", 20), Modified("b", 12));
        }

        Start();
        await UntilAsync(() => _script.Asked.Count == 18);
        Assert.That(TimeSpan.FromTicks(_time.GetTimestamp()), Is.GreaterThan(TimeSpan.FromSeconds(20)));
    }

    [Test]
    public async Task Same_continue_token_again_and_again_collects_nothing_and_pauses()
    {
        for (int i = 0; i < 9; i++) _script.Page("9", "again", Obj("a", 1));
        _script.Page("9", null, Obj("b", 2));
        _script.Watch();
        Start();
        await UntilAsync(() => _sink.Log.Count == 1);
        Assert.That(_sink.Log.Single(), Is.EqualTo("replace a@1,b@2 at 9"));
        Assert.That(TimeSpan.FromTicks(_time.GetTimestamp()), Is.GreaterThan(TimeSpan.FromSeconds(20)));
    }

    [Test]
    public async Task List_without_a_version_is_watched_and_listed_again_when_the_watch_ends()
    {
        _script.Page("", null, Obj("a", 1));
        _script.WatchThenEnd();
        _script.Page("", null);
        _script.Watch();
        Start();
        await UntilAsync(() => _script.Asked.Count == 4);
        Assert.That(_script.Asked, Is.EqualTo(new[] { "list", "watch from ", "list", "watch from " }));
        Assert.That(_sink.Log, Is.EqualTo(new[] { "replace a@1 at ", "replace  at " }), "what was deleted between two watches is noticed");
    }
}
