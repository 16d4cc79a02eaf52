using FsCheck;
using FsCheck.Fluent;
using VWorkspace.Operator.Settings;

namespace VWorkspace.Operator.Tests.Settings;

public sealed class GoDurationTests
{
    [TestCase("0", 0)]
    [TestCase("0s", 0)]
    [TestCase("30s", 30)]
    [TestCase("1m30s", 90)]
    [TestCase("1h0m1s", 3601)]
    [TestCase("1.5h", 5400)]
    [TestCase("500ms", 0.5)]
    [TestCase("250us", 0.00025)]
    [TestCase("250µs", 0.00025)]
    [TestCase("1500000ns", 0.0015)]
    [TestCase("-2s", -2)]
    [TestCase("+2s", 2)]
    [TestCase(".5s", 0.5)]
    [TestCase("1.s", 1)]
    public void Durations_are_read_as_Go_reads_them(string text, double seconds) =>
        Assert.That(GoDuration.Parse(text), Is.EqualTo(TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond))));

    [TestCase("")]
    [TestCase("30")]
    [TestCase("s")]
    [TestCase("-")]
    [TestCase(".s")]
    [TestCase("1..5s")]
    [TestCase("30 s")]
    [TestCase("1d")]
    [TestCase("1m30")]
    [TestCase("00:01:30")]
    [TestCase("9999999999999h")]
    [TestCase("1e3s")]
    public void Other_texts_are_none(string text)
    {
        Assert.That(GoDuration.TryParse(text, out _), Is.False);
        Assert.That(() => GoDuration.Parse(text), Throws.TypeOf<FormatException>().With.Message.Contains("1m30s"));
    }

    [Test]
    public void What_is_written_is_read_back() =>
        Prop.ForAll(Gen.Choose(-2_000_000_000, 2_000_000_000).Select(n => TimeSpan.FromTicks(n * 10L)).ToArbitrary(), duration =>
            GoDuration.Parse(GoDuration.Format(duration)) == duration).QuickCheckThrowOnFailure();

    [TestCase(0, "0")]
    [TestCase(90, "1m30s")]
    [TestCase(300, "5m")]
    [TestCase(7200, "2h")]
    [TestCase(0.5, "500ms")]
    [TestCase(-1.5, "-1.5s")]
    public void Text_is_short(double seconds, string expected) => Assert.That(GoDuration.Format(TimeSpan.FromSeconds(seconds)), Is.EqualTo(expected));
}
