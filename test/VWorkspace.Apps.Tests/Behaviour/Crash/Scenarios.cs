using VWorkspace.Api;
using VWorkspace.Apps.Flux;
using VWorkspace.Apps.Tests.Support;

namespace VWorkspace.Apps.Tests.Behaviour.Crash;

/// <summary>The courses of events that are broken at every write.</summary>
internal static partial class Scenarios
{
    private const string Ready = "Ready=True/HelmReleaseReady";
    private const string Stable = "Reconciling=False/Stable";
    private const string Active = "Suspended=False/Active";

    private static readonly string[] Healthy = [Ready, Stable, Active];
    private static readonly string Newer = Samples.Wiki.Replace("1.2.3", "1.3.0", StringComparison.Ordinal);
    private static readonly string FromHelm = Samples.Wiki.Replace(
        "sourceType: oci, url: oci://registry.example.com/charts", "sourceType: helm, url: \"https://charts.example.com\"", StringComparison.Ordinal);

    public static IReadOnlyList<Scenario> All { get; } = [.. Lives()];

    private static IEnumerable<Scenario> Lives() =>
    [
        new("create from inline values")
        {
            When = [Step.Apply(Samples.Wiki)],
            Passes = ["Ready=Unknown/Reconciling", "Reconciling=True/HelmReleaseInstalling", "Ready=False/Installing"],
            Then = Healthy,
        },
        new("upgrade")
        {
            Given = [Step.Apply(Samples.Wiki)],
            When = [Step.Apply(Newer)],
            Passes = ["Ready=False/Upgrading", "Reconciling=True/HelmReleaseUpgrading"],
            Then = Healthy,
        },
        new("change of source type")
        {
            Given = [Step.Apply(Samples.Wiki)],
            When = [Step.Apply(FromHelm)],
            Then = Healthy,
        },
        new("deletion with waiting")
        {
            Given = [Step.Apply(Samples.Wiki)],
            When = [Step.Delete(ApiResources.ApplicationInstances, "wiki")],
            Passes = ["Deleting=True/Uninstalling", "Deleting=True/WaitingForChildResources"],
            Then = [],
        },
    ];
}
