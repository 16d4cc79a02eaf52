using VWorkspace.Apps.Rendering;
using VWorkspace.Apps.Tests.Support;

namespace VWorkspace.Apps.Tests.Rendering;

/// <summary>An API server keeps 64-bit integers exactly and everything else as a double; a settled instance must not take that for a change.</summary>
public sealed class NumberTests
{
    [TestCase("1.2345678901234567E+19", "12345678901234567890", true, TestName = "Integer that is too large for 64 bits comes back as a double")]
    [TestCase("0.12345678901234568", "0.1234567890123456789", true, TestName = "Fraction with more digits than a double has")]
    [TestCase("1000", "1e3", true, TestName = "Exponent")]
    [TestCase("9007199254740993", "9007199254740993", true, TestName = "Integer between double and 64 bits")]
    [TestCase("9007199254740992", "9007199254740993", false, TestName = "Neighbours that a double cannot tell apart differ")]
    [TestCase("2", "2.5", false, TestName = "Other number")]
    public void Number(string live, string rendered, bool same) =>
        Assert.That(CanonicalJson.Covers(Samples.Json($"{{\"n\":{live}}}"), System.Text.Json.Nodes.JsonNode.Parse($"{{\"n\":{rendered}}}")), Is.EqualTo(same));
}
