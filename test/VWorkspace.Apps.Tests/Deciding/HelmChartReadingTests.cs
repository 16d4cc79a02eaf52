using VWorkspace.Api;
using VWorkspace.Apps.Deciding;
using VWorkspace.Apps.Flux;
using VWorkspace.Apps.Tests.Support;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Tests.Deciding;

/// <summary>The HelmChart tells a missing chart from one that is on its way, when the release itself only says that it waits.</summary>
public sealed class HelmChartReadingTests
{
    private const string Missing = "invalid chart reference: failed to get chart version: no 'wiki' chart with version matching '9.9.9' found";

    private static IEnumerable<TestCaseData> Rows()
    {
        Condition stale = FluxObjects.Cond("Ready", "False", "SourceNotReady", "HelmChart 'org-blue/org-blue-wiki' is not ready: latest generation of object has not been reconciled");
        yield return new TestCaseData(stale, Chart("FetchFailed", Missing), SourceState.AbsentOrRefused).SetArgDisplayNames("chart not there");
        yield return new TestCaseData(stale, Chart("FetchFailed", "dial tcp: connection refused"), SourceState.Failing).SetArgDisplayNames("repository unreachable");
        yield return new TestCaseData(stale, Chart("BuildFailed", "values files merge error"), SourceState.Failing).SetArgDisplayNames("chart cannot be built");
        yield return new TestCaseData(stale, null, SourceState.Syncing).SetArgDisplayNames("chart not observed");
        yield return new TestCaseData(stale, Old(Chart("FetchFailed", Missing)), SourceState.Syncing).SetArgDisplayNames("verdict about an older chart");
        yield return new TestCaseData(FluxObjects.ReadyTrue, Chart("FetchFailed", Missing), SourceState.Available).SetArgDisplayNames("release does not wait");
    }

    [TestCaseSource(nameof(Rows))]
    public void Source_of_a_chart_repository(Condition release, object? chart, object expected)
    {
        ApplicationInstance instance = Samples.Instance(Samples.Wiki.Replace(
            "sourceType: oci, url: oci://registry.example.com/charts", "sourceType: helm, url: \"https://charts.example.com\"", StringComparison.Ordinal));
        FluxReading reading = FluxReading.Read(
            FluxObjects.Release(instance, release), FluxObjects.Source(instance, FluxObjects.SourceReady), instance, (ChartSource?)chart);
        Assert.That(reading.Source, Is.EqualTo(expected));
    }

    private static ChartSource Chart(string cause, string message) => new()
    {
        Metadata = new() { Name = "org-blue-wiki", Namespace = "org-blue", Generation = 1 },
        Status = new()
        {
            ObservedGeneration = 1,
            Conditions = [FluxObjects.Cond("Ready", "False", "InvalidChartReference", message), FluxObjects.Cond(cause, "True", "InvalidChartReference", message)],
        },
    };

    private static ChartSource Old(ChartSource chart) => chart with { Metadata = chart.Metadata with { Generation = 2 } };
}
