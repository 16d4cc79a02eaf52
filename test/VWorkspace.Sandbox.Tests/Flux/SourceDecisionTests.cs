using VWorkspace.Kubernetes;
using VWorkspace.Sandbox.StandIns.Flux;

namespace VWorkspace.Sandbox.Tests.Flux;

public sealed class SourceDecisionTests
{
    private const string Url = "oci://registry.example.com/charts/nextcloud";
    private readonly ChartCatalogue _catalogue = new();

    [Test]
    public void Chart_that_exists_is_stored_under_tag_and_digest()
    {
        FetchResult.Stored stored = Fetched<FetchResult.Stored>(Url, "1.2.3");
        Assert.Multiple(() =>
        {
            Assert.That(stored.Revision, Does.Match("^1\\.2\\.3@sha256:[0-9a-f]{64}$"));
            Assert.That(stored.Message, Is.EqualTo($"stored artifact for digest '{stored.Revision}'"));
            Assert.That(stored.Reason, Is.EqualTo("Succeeded"));
        });
    }

    [Test]
    public void Tag_that_does_not_exist_is_named_as_not_found()
    {
        FetchResult.Failed failed = Fetched<FetchResult.Failed>(Url, "1.2.3-missing");
        Assert.That(failed.Reason, Is.EqualTo("OCIArtifactPullFailed"));
        Assert.That(failed.Message, Does.Contain("manifest unknown").And.Contains("not found").And.Contains("/v2/charts/nextcloud/manifests/1.2.3-missing"));
    }

    [Test]
    public void Host_below_invalid_cannot_be_reached() =>
        Assert.That(Fetched<FetchResult.Failed>("oci://registry.invalid/charts/nextcloud", "1.2.3").Message, Does.Contain("no such host"));

    [TestCase("oci://registry.example.com")]
    [TestCase("oci://registry.example.com/nextcloud:1.0")]
    public void Url_that_is_no_repository_stalls(string url) => Assert.That(Fetched<FetchResult.Stalled>(url, "1.2.3").Reason, Is.EqualTo("URLInvalid"));

    [Test]
    public void Withdrawn_chart_comes_back_when_published()
    {
        _catalogue.Withdraw("nextcloud", "1.2.3");
        Fetched<FetchResult.Failed>(Url, "1.2.3");
        _catalogue.Publish("nextcloud", "1.2.3");
        Fetched<FetchResult.Stored>(Url, "1.2.3");
    }

    [Test]
    public void Begin_is_announced_as_progress_of_the_new_generation()
    {
        SourceStatus begun = SourceDecision.Begin(Source(generation: 2, observed: 1), TimeProvider.System);
        Assert.That(Text(begun), Is.EqualTo(new[] { "Ready=Unknown/Progressing", "Reconciling=True/Progressing" }));
        Assert.That(begun.Conditions![0].Message, Is.EqualTo("processing object: new generation 1 -> 2"));
    }

    [Test]
    public void Success_has_artifact_observed_generation_and_no_trace_of_progress()
    {
        OciRepository source = Source(generation: 1, observed: -1);
        SourceStatus status = End(source, Fetched<FetchResult.Stored>(Url, "1.2.3"));
        Assert.Multiple(() =>
        {
            Assert.That(Text(status), Is.EqualTo(new[] { "Ready=True/Succeeded", "ArtifactInStorage=True/Succeeded" }));
            Assert.That(status.ObservedGeneration, Is.EqualTo(1));
            Assert.That(status.Artifact!.Revision, Does.StartWith("1.2.3@sha256:"));
        });
    }

    [Test]
    public void Failure_keeps_the_old_artifact_and_the_old_observed_generation()
    {
        OciRepository source = Source(generation: 1, observed: -1);
        SourceStatus good = End(source, Fetched<FetchResult.Stored>(Url, "1.2.3"));
        OciRepository changed = source with { Metadata = source.Metadata with { Generation = 2 }, Status = good };
        SourceStatus failed = End(changed, Fetched<FetchResult.Failed>(Url, "1.2.4-missing"));
        Assert.Multiple(() =>
        {
            Assert.That(Text(failed), Is.EqualTo(new[]
            {
                "Ready=False/OCIArtifactPullFailed", "Reconciling=True/ProgressingWithRetry", "ArtifactInStorage=True/Succeeded", "FetchFailed=True/OCIArtifactPullFailed",
            }));
            Assert.That(failed.ObservedGeneration, Is.EqualTo(1));
            Assert.That(failed.Artifact!.Revision, Does.StartWith("1.2.3@"));
        });
    }

    [Test]
    public void Retry_of_a_failure_does_not_hide_the_failure()
    {
        OciRepository source = Source(generation: 1, observed: -1);
        OciRepository again = source with { Status = End(source, Fetched<FetchResult.Failed>(Url, "1-missing")) };
        Assert.That(Text(SourceDecision.Begin(again, TimeProvider.System))[0], Is.EqualTo("Ready=False/OCIArtifactPullFailed"));
    }

    [Test]
    public void Stalled_source_has_observed_its_generation()
    {
        SourceStatus status = End(Source(generation: 4, observed: 3), new FetchResult.Stalled("URLInvalid", "no"));
        Assert.That(Text(status), Is.EqualTo(new[] { "Ready=False/URLInvalid", "Stalled=True/URLInvalid", "FetchFailed=True/URLInvalid" }));
        Assert.That(status.ObservedGeneration, Is.EqualTo(4));
    }

    [Test]
    public void Chart_of_a_Helm_repository_names_what_does_not_exist()
    {
        var repository = new HelmRepository { Spec = new() { Url = "https://charts.example.com" }, Status = End(Source(1, -1), Fetched<FetchResult.Stored>(Url, "1")) };
        var missing = (FetchResult.Failed)HelmChartDecision.Fetch(new() { Chart = "wiki", Version = "9.9.9-missing" }, repository, _catalogue);
        Assert.That((missing.Reason, missing.Message), Is.EqualTo(
            ("InvalidChartReference", "invalid chart reference: failed to get chart version for remote reference: no 'wiki' chart with version matching '9.9.9-missing' found")));
        var stored = (FetchResult.Stored)HelmChartDecision.Fetch(new() { Chart = "wiki", Version = "1.0.0" }, repository, _catalogue);
        Assert.That((stored.Reason, stored.Revision, stored.Message), Is.EqualTo(("ChartPullSucceeded", "1.0.0", "pulled 'wiki' chart with version '1.0.0'")));
    }

    [Test]
    public void Chart_without_its_repository_fails() =>
        Assert.That(HelmChartDecision.Fetch(new() { Chart = "wiki", SourceRef = new() { Name = "gone" } }, null, _catalogue), Is.InstanceOf<FetchResult.Failed>());

    private T Fetched<T>(string url, string tag) where T : class
    {
        FetchResult result = OciDecision.Fetch(new() { Url = url, Ref = new() { Tag = tag } }, _catalogue);
        Assert.That(result, Is.InstanceOf<T>());
        return (result as T)!;
    }

    private static SourceStatus End(OciRepository source, FetchResult result) =>
        SourceDecision.End(source, SourceDecision.Begin(source, TimeProvider.System), "OCIRepository", result, TimeProvider.System);

    private static OciRepository Source(long generation, long observed) => new()
    {
        Metadata = new() { Name = "app-source", Namespace = "ns", Generation = generation },
        Status = new() { ObservedGeneration = observed },
    };

    private static string[] Text(SourceStatus status) => [.. status.Conditions!.Select(condition => $"{condition.Type}={condition.Status}/{condition.Reason}")];
}
