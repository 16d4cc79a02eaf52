using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using VWorkspace.Kubernetes.InMemory.Cel;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Schemas;

namespace VWorkspace.Kubernetes.InMemory.Tests.Cel;

public sealed class CelPropertyTests
{
    [Test]
    public void Any_string_literal_is_read_back() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>().Filter(s => !s.Get.Any(char.IsSurrogate)), text =>
            Equals(Evaluate(GoText.Quote(text.Get)), text.Get)).Check(Config.QuickThrowOnFailure);

    [Test]
    public void Any_number_literal_is_read_back() =>
        Prop.ForAll(ArbMap.Default.ArbFor<long>(), ArbMap.Default.ArbFor<ulong>(), (signed, unsigned) =>
            Equals(Evaluate(signed.ToString(CultureInfo.InvariantCulture)), signed)
            && Equals(Evaluate($"{unsigned.ToString(CultureInfo.InvariantCulture)}u"), unsigned)).Check(Config.QuickThrowOnFailure);

    [Test]
    public void Arithmetic_agrees_with_that_of_the_platform() =>
        Prop.ForAll(Expressions().ToArbitrary(), e => Equals(Evaluate(e.Text), e.Value)).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Test]
    public void Any_duration_is_read_back() =>
        Prop.ForAll(ArbMap.Default.ArbFor<long>(), nanoseconds =>
            GoDuration.TryParse(GoDuration.Format(nanoseconds), out var back) && back == nanoseconds).Check(Config.QuickThrowOnFailure);

    [Test]
    public void No_text_brings_the_parser_down() =>
        Prop.ForAll(Gen.Elements("self", ".", "?", "[", "]", "(", ")", "{", "}", "'a'", "\"", "\\", "1", "u", "+", "-", "!", "&&", "||", "==", "in", ":", ",", " ", "has", "all", "x", "'''", "r'", "b\"", "0x", "1e", "//", "\n", "null").ListOf().Select(string.Concat).ToArbitrary(), text =>
        {
            var program = CelProgram.Compile(text, ("self", CelType.Dyn));
            return program.Error is null || program.Error.StartsWith("ERROR: <input>:", StringComparison.Ordinal);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    private static object Evaluate(string expression) => CelProgram.Compile(expression).Evaluate(new CelBudget(100_000));

    /// <summary>Expressions over small numbers with their values; all in parentheses or none, so that precedence is at work too.</summary>
    private static Gen<(string Text, long Value)> Expressions()
    {
        var number = Gen.Choose(0, 9).Select(n => (Text: n.ToString(CultureInfo.InvariantCulture), Value: (long)n));
        var product = number.Zip(number).Select(p => (Text: $"{p.Item1.Text}*{p.Item2.Text}", Value: p.Item1.Value * p.Item2.Value));
        var term = Gen.OneOf(number, product);
        var sum = term.Zip(term).Select(p => (Text: $"{p.Item1.Text} - {p.Item2.Text}", Value: p.Item1.Value - p.Item2.Value));
        return sum.Zip(term).Select(p => (Text: $"({p.Item1.Text}) * -({p.Item2.Text}) + {p.Item2.Text}", Value: (p.Item1.Value * -p.Item2.Value) + p.Item2.Value));
    }
}
