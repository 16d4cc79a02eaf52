using FsCheck;
using FsCheck.Fluent;
using VWorkspace.Kubernetes.Selectors;

namespace VWorkspace.Kubernetes.Tests.Selectors;

[TestFixture]
public sealed class FieldSelectorTests
{
    [TestCase("metadata.name=a", true)]
    [TestCase("metadata.name==a", true)]
    [TestCase("metadata.name!=a", false)]
    [TestCase("metadata.name=a,metadata.namespace=n", true)]
    [TestCase("metadata.name=a,metadata.namespace=m", false)]
    [TestCase("unknown=", true)]
    [TestCase("", true)]
    public void Selector_matches_as_upstream(string text, bool expected)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal) { ["metadata.name"] = "a", ["metadata.namespace"] = "n" };
        Assert.That(FieldSelector.Parse(text).Matches(f => fields.GetValueOrDefault(f)), Is.EqualTo(expected));
    }

    [TestCase("abc", "invalid selector: 'abc'; can't understand 'abc'")]
    [TestCase("a=b=c", "invalid field selector: unescaped character in value: =")]
    public void Text_that_is_no_selector_is_refused_in_upstreams_words(string text, string expected)
    {
        Assert.That(FieldSelector.TryParse(text, out _, out var error), Is.False);
        Assert.That(error, Is.EqualTo(expected));
    }

    [Test]
    public void Any_value_survives_escaping() => Prop.ForAll<NonNull<string>>(value =>
        FieldSelector.Parse("f=" + FieldSelector.Escape(value.Get)).RequiresExactMatch("f") == value.Get).QuickCheckThrowOnFailure();
}
