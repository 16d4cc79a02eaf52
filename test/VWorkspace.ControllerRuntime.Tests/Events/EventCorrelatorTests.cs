using System.Text;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime.Tests;

[TestFixture]
internal sealed class EventCorrelatorTests
{
    private FakeTime _time = null!;
    private EventCorrelator _correlator = null!;
    private int _names;

    [SetUp]
    public void SetUp()
    {
        _time = new();
        _names = 0;
        _correlator = new(Widgets.Events with { Burst = 25 }, _time);
    }

    private CorrelatedEvent? Send(string message, string reason = "Failed", string name = "one", EventType type = EventType.Warning)
    {
        CorrelatedEvent? write = _correlator.Correlate(new(new(Widgets.Widget.Kind, new("a", name), "uid-" + name), type, reason, message, _time.GetUtcNow()));
        if (write is not null) _correlator.Written(write.Key, write.Existing ?? new("a", $"event-{_names++}"), write.Count);
        return write;
    }

    [Test]
    public void Identical_event_is_counted_on_the_one_that_was_written()
    {
        Assert.That(Send("x"), Has.Property("Count").EqualTo(1).And.Property("Existing").Null);
        CorrelatedEvent? again = Send("x");
        Assert.That(again!.Existing, Is.EqualTo(new ObjectKey("a", "event-0")));
        Assert.That(again.Count, Is.EqualTo(2));
        Assert.That(Send("x")!.Count, Is.EqualTo(3));
    }

    [Test]
    public void Eleventh_similar_event_is_folded_and_later_ones_are_counted_on_it()
    {
        for (int i = 0; i < 10; i++) Assert.That(Send($"m{i}")!.Message, Is.EqualTo($"m{i}"));
        CorrelatedEvent folded = Send("m10")!;
        Assert.That(folded.Message, Is.EqualTo("(combined from similar events): m10"));
        Assert.That(folded.Existing, Is.Null);
        CorrelatedEvent next = Send("m11")!;
        Assert.That(next.Message, Is.EqualTo("(combined from similar events): m11"));
        Assert.That((next.Existing, next.Count), Is.EqualTo(((ObjectKey?)new ObjectKey("a", "event-10"), 2)));
    }

    [Test]
    public void Similar_events_are_not_folded_once_the_window_has_passed()
    {
        for (int i = 0; i < 10; i++) Send($"m{i}");
        _time.Advance(TimeSpan.FromSeconds(601));
        Assert.That(Send("m10")!.Message, Is.EqualTo("m10"));
    }

    [TestCase("Other", "one", EventType.Warning)]
    [TestCase("Failed", "two", EventType.Warning)]
    [TestCase("Failed", "one", EventType.Normal)]
    public void Events_that_differ_in_reason_object_or_type_are_not_similar(string reason, string name, object type)
    {
        for (int i = 0; i < 10; i++) Send($"m{i}");
        Assert.That(Send("m10", reason, name, (EventType)type)!.Message, Is.EqualTo("m10"));
    }

    [Test]
    public void Object_has_a_burst_of_25_and_then_one_event_every_300_seconds()
    {
        Assert.That(Enumerable.Range(0, 30).Count(_ => Send("x") is not null), Is.EqualTo(25));
        Assert.That(Send("x", name: "two"), Is.Not.Null, "another object has a bucket of its own");
        _time.Advance(TimeSpan.FromSeconds(299));
        Assert.That(Send("x"), Is.Null);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(Send("x"), Is.Not.Null);
        Assert.That(Send("x"), Is.Null);
    }

    [Test]
    public void Memory_forgets_what_was_used_least_recently()
    {
        var lru = new LruDictionary<int, string>(2);
        lru.Set(1, "a");
        lru.Set(2, "b");
        Assert.That(lru.TryGet(1, out _), Is.True);
        lru.Set(3, "c");
        Assert.That((lru.TryGet(1, out _), lru.TryGet(2, out _), lru.TryGet(3, out _), lru.Count), Is.EqualTo((true, false, true, 2)));
    }

    [TestCase("short", 1024, "short")]
    [TestCase("abcdef", 3, "abc")]
    [TestCase("äöü", 5, "äö")]
    [TestCase("a€b", 3, "a")]
    [TestCase("x😀y", 4, "x")]
    [TestCase("x😀y", 5, "x😀")]
    public void Text_is_cut_between_two_characters(string text, int bytes, string expected)
    {
        string cut = EventText.Cut(text, bytes);
        Assert.That(cut, Is.EqualTo(expected));
        Assert.That(Encoding.UTF8.GetByteCount(cut), Is.LessThanOrEqualTo(bytes));
    }
}
