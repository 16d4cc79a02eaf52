using VWorkspace.Apps.Catalog;

namespace VWorkspace.Apps.Tests.Catalog;

/// <summary>Ranges of versions as the policy of the catalog writes them.</summary>
public sealed class VersionRangeTests
{
    [TestCase(">=1.2.0 <2.0.0", "1.2.0", true)]
    [TestCase(">=1.2.0 <2.0.0", "1.1.9", false)]
    [TestCase(">=1.2.0, <2.0.0", "2.0.0", false)]
    [TestCase(">= 1.2.0 < 2.0.0", "1.9.9", true)]
    [TestCase("<2.0.0", "2.0.0-rc.1", true)]
    [TestCase("1.x", "2.0.0-rc.1", false)]
    [TestCase("1.x", "1.0.0-rc.1", true)]
    [TestCase("^1.0.0", "2.0.0-0", false)]
    [TestCase("^1.2.3", "1.99.0", true)]
    [TestCase("^1.2.3", "1.2.2", false)]
    [TestCase("^0.2.3", "0.2.9", true)]
    [TestCase("^0.2.3", "0.3.0", false)]
    [TestCase("^0.0.3", "0.0.4", false)]
    [TestCase("~1.2.3", "1.2.99", true)]
    [TestCase("~1.2.3", "1.3.0", false)]
    [TestCase("~1", "1.9.0", true)]
    [TestCase("1.2", "1.2.7", true)]
    [TestCase("1.2.*", "1.3.0", false)]
    [TestCase("*", "0.0.1-alpha", true)]
    [TestCase("1.2.5", "1.2.5", true)]
    [TestCase("1.2.5", "1.2.5+build.7", true)]
    [TestCase("v1.2.5", "1.2.5", true)]
    [TestCase("1.2.5", "v1.2.5", true)]
    [TestCase("1.2.5", "1.2.6", false)]
    [TestCase("1.2.5 || 1.3.x", "1.3.4", true)]
    [TestCase("1.2.5 || 1.3.x", "1.2.6", false)]
    [TestCase(">=1.0.0 !=1.2.5", "1.2.5", false)]
    [TestCase("=1.0.0-alpha.2", "1.0.0-alpha.10", false)]
    [TestCase("<1.0.0-alpha.10", "1.0.0-alpha.2", true)]
    public void Range_says_whether_a_version_is_in_it(string range, string version, bool expected) =>
        Assert.That(VersionRange.TryParse(range)!.Contains(SemanticVersion.TryParse(version)!), Is.EqualTo(expected));

    [TestCase("")]
    [TestCase("  ")]
    [TestCase("latest")]
    [TestCase(">=1.2")]
    [TestCase("1.x.3")]
    [TestCase("^*")]
    [TestCase("1.2.3 ||")]
    [TestCase("1.2.3.4")]
    [TestCase(">")]
    public void Text_that_is_no_range_is_told(string text) => Assert.That(VersionRange.TryParse(text), Is.Null);

    // The order of the semver specification, section 11.
    [Test]
    public void Versions_are_ordered_as_the_standard_orders_them()
    {
        string[] order = ["0.9.9", "1.0.0-0", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "10.0.0"];
        for (int i = 0; i < order.Length; i++)
            for (int j = 0; j < order.Length; j++)
                Assert.That(Math.Sign(SemanticVersion.TryParse(order[i])!.CompareTo(SemanticVersion.TryParse(order[j]))), Is.EqualTo(Math.Sign(i.CompareTo(j))), $"{order[i]} and {order[j]}");
    }
}
