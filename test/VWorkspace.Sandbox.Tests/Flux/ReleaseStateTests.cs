using System.Text.Json.Nodes;
using VWorkspace.Sandbox.StandIns.Flux;

namespace VWorkspace.Sandbox.Tests.Flux;

public sealed class ReleaseStateTests
{
    private static readonly ChartPackage Chart = new("chart", "1.0.0+aaaaaaaaaaaa", "1.0.0", "sha256:aaaaaaaaaaaa");

    private static IEnumerable<TestCaseData> Table()
    {
        TestCaseData Case(string name, StoredRelease? latest, Snapshot[] history, ReleaseStatus expected, string[]? drift = null, ChartPackage? chart = null, string values = "{}") =>
            new TestCaseData(latest, history, drift, chart ?? Chart, values, expected).SetName($"{{m}}({name})");

        StoredRelease deployed = Stored("deployed");
        Snapshot[] remembered = [deployed.ToSnapshot("install", null)];
        yield return Case("nothing stored", null, [], ReleaseStatus.Absent);
        yield return Case("stored, remembered, as wanted", deployed, remembered, ReleaseStatus.InSync);
        yield return Case("stored, not remembered", deployed, [], ReleaseStatus.Unmanaged);
        yield return Case("uninstalled, not remembered", Stored("uninstalled"), [], ReleaseStatus.Absent);
        yield return Case("another revision is newer", Stored("deployed", version: 2), remembered, ReleaseStatus.Unmanaged);
        yield return Case("changed behind our back", deployed with { Description = "helm edit" }, remembered, ReleaseStatus.Unmanaged);
        yield return Case("pending", Stored("pending-upgrade"), remembered, ReleaseStatus.Locked);
        yield return Case("failed", Stored("failed"), [Stored("failed").ToSnapshot("install", null)], ReleaseStatus.Failed);
        yield return Case("other chart version", deployed, remembered, ReleaseStatus.OutOfSync, chart: Chart with { Version = "1.1.0+aaaaaaaaaaaa" });
        yield return Case("same version, other digest", deployed, remembered, ReleaseStatus.OutOfSync, chart: Chart with { Version = "1.0.0+bbbbbbbbbbbb" });
        yield return Case("other values", deployed, remembered, ReleaseStatus.OutOfSync, values: """{"a":1}""");
        yield return Case("live objects differ", deployed, remembered, ReleaseStatus.Drifted, ["Deployment/ns/app changed"]);
        yield return Case("drift looked for, none", deployed, remembered, ReleaseStatus.InSync, []);
        yield return Case("drift of an outdated release does not matter", deployed, remembered, ReleaseStatus.OutOfSync, ["Deployment/ns/app changed"], values: """{"a":1}""");
    }

    [TestCaseSource(nameof(Table))]
    public void Determine_compares_storage_history_and_wish(object? latest, object history, string[]? drift, object chart, string values, object expected) =>
        Assert.That(
            ReleaseState.Determine((StoredRelease?)latest, (Snapshot[])history, (ChartPackage)chart, JsonNode.Parse(values)!.AsObject(), drift).Status,
            Is.EqualTo(expected));

    [Test]
    public void Stored_release_survives_Helms_encoding()
    {
        StoredRelease release = Stored("deployed") with { Config = new() { ["a"] = new JsonObject { ["b"] = 1 } }, Description = "Install complete" };
        StoredRelease? read = StoredRelease.FromSecret(release.ToSecret(DateTimeOffset.UnixEpoch));
        Assert.That(read, Is.Not.Null);
        Assert.Multiple(() =>
        {
            Assert.That(read!.Digest, Is.EqualTo(release.Digest));
            Assert.That(read.Objects, Has.Count.EqualTo(2));
            Assert.That(read.SecretName, Is.EqualTo("sh.helm.release.v1.app.v1"));
        });
    }

    [TestCase("""{"data":{"release":"bm90IGJhc2U2NCE="}}""")]
    [TestCase("""{"data":{}}""")]
    [TestCase("{}")]
    public void Damaged_secret_is_no_release(string secret) => Assert.That(StoredRelease.FromSecret(JsonNode.Parse(secret)!.AsObject()), Is.Null);

    [Test]
    public void Config_digest_does_not_depend_on_the_order_of_keys()
    {
        StoredRelease one = Stored("deployed") with { Config = new() { ["a"] = 1, ["b"] = 2 } };
        StoredRelease other = Stored("deployed") with { Config = new() { ["b"] = 2, ["a"] = 1 } };
        Assert.That(one.ConfigDigest, Is.EqualTo(other.ConfigDigest));
    }

    private static StoredRelease Stored(string status, int version = 1) => new()
    {
        Name = "app", Namespace = "ns", Version = version, Status = status, ChartName = Chart.Name, ChartVersion = Chart.Version, AppVersion = "1.0.0",
        Config = [], Objects = ChartManifest.Render(new("ns", "app"), "app", "ns", Chart, []),
        FirstDeployed = DateTimeOffset.UnixEpoch, LastDeployed = DateTimeOffset.UnixEpoch,
    };
}
