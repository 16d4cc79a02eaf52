using System.Text;
using VWorkspace.Api;
using VWorkspace.Apps.Flux;
using VWorkspace.Apps.Tests.Support;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Tests.Behaviour.Crash;

/// <summary>The courses of events that are broken at every write.</summary>
internal static partial class Scenarios
{
    private const string Ready = "Ready=True/HelmReleaseReady";
    private const string Stable = "Reconciling=False/Stable";
    private const string Active = "Suspended=False/Active";
    private const string Unblocked = "Blocked=False/Unblocked";
    private const string Recovered = "Degraded=False/Recovered";

    private static readonly string[] Healthy = [Ready, Stable, Active];
    private static readonly string Newer = Samples.Wiki.Replace("1.2.3", "1.3.0", StringComparison.Ordinal);
    private static readonly string Larger = Samples.Wiki.Replace("replicaCount: 2", "replicaCount: 3", StringComparison.Ordinal);
    private static readonly string FromHelm = Samples.Wiki.Replace(
        "sourceType: oci, url: oci://registry.example.com/charts", "sourceType: helm, url: \"https://charts.example.com\"", StringComparison.Ordinal);

    private static readonly string FromSecret = WithValues("{source: secretRef, secretRef: {name: v, key: values.yaml}}");
    private static readonly string FromConfigMap = WithValues("{source: configMapRef, configMapRef: {name: v, key: values.yaml}}");
    private static readonly TimeSpan RoutineLook = TimeSpan.FromMinutes(6);
    private static readonly TimeSpan BlockedLook = TimeSpan.FromSeconds(35);

    /// <summary>All of them; the names are unique.</summary>
    public static IReadOnlyList<Scenario> All => [.. Lives(), .. Failures(), .. Suspensions(), .. Obstacles(), .. Impairments(), .. Ends()];

    private static string WithValues(string values) => Samples.Wiki.Replace("{source: inline, inline: {replicaCount: 2}}", values, StringComparison.Ordinal);

    private static string Secret(string values) =>
        $"{{apiVersion: v1, kind: Secret, metadata: {{name: v, namespace: org-blue}}, data: {{values.yaml: {Convert.ToBase64String(Encoding.UTF8.GetBytes(values))}}}}}";

    private static string ConfigMap(string values) => $"{{apiVersion: v1, kind: ConfigMap, metadata: {{name: v, namespace: org-blue}}, data: {{values.yaml: '{values}'}}}}";

    private static IEnumerable<Scenario> Lives() =>
    [
        new("create from inline values")
        {
            When = [Step.Apply(Samples.Wiki)],
            Passes = ["Ready=Unknown/Reconciling", "Reconciling=True/HelmReleaseInstalling", "Ready=False/Installing"],
            Then = Healthy,
        },
        new("create with values from a Secret that comes later")
        {
            When = [Step.Apply(FromSecret), Step.Apply(Secret($"password: {Chronicle.Planted}one")), Step.Wait(BlockedLook)],
            Passes = ["Blocked=True/MissingSecret", "Ready=False/WaitingForSecret"],
            Then = [.. Healthy, Unblocked],
        },
        new("create with values from a ConfigMap that comes later")
        {
            When = [Step.Apply(FromConfigMap), Step.Apply(ConfigMap("replicaCount: 2")), Step.Wait(BlockedLook)],
            Passes = ["Blocked=True/MissingConfigMap", "Ready=False/WaitingForConfigMap"],
            Then = [.. Healthy, Unblocked],
        },
        new("values of a Secret change")
        {
            Given = [Step.Apply(Secret($"password: {Chronicle.Planted}one")), Step.Apply(FromSecret)],
            When = [Step.Apply(Secret($"password: {Chronicle.Planted}two")), Step.Wait(RoutineLook)],
            Passes = ["Ready=False/Upgrading"],
            Then = Healthy,
            And = world => Assert.That(world.Server.Get("helm.toolkit.fluxcd.io/v2", "HelmRelease", world.Own, "wiki")["metadata"]!["annotations"]![Annotations.FluxRequestedAt], Is.Not.Null),
        },
        new("upgrade")
        {
            Given = [Step.Apply(Samples.Wiki)],
            When = [Step.Apply(Newer)],
            Passes = ["Ready=False/Upgrading", "Reconciling=True/HelmReleaseUpgrading"],
            Then = Healthy,
        },
        new("change of source type to a chart repository") { Given = [Step.Apply(Samples.Wiki)], When = [Step.Apply(FromHelm)], Then = Healthy },
        new("change of source type to a registry") { Given = [Step.Apply(FromHelm)], When = [Step.Apply(Samples.Wiki)], Then = Healthy },
        new("placeholder in and out")
        {
            Given = [Step.Apply(Samples.Wiki)],
            When =
            [
                Step.Patch(ApiResources.ApplicationInstances, "wiki", "{spec: {mode: placeholder, chart: null, values: null}}"),
                Step.Patch(ApiResources.ApplicationInstances, "wiki",
                    "{spec: {mode: managed, chart: {sourceType: oci, url: \"oci://registry.example.com/charts\", name: wiki, version: 1.2.3}, values: {source: inline, inline: {replicaCount: 2}}}}"),
            ],
            Passes = ["Ready=True/Placeholder", "Blocked=True/PolicyDenied"],
            Then = [.. Healthy, Unblocked],
        },
        new("placeholder becomes managed")
        {
            Given = [Step.Apply("{apiVersion: apps.vworkspace.io/v1alpha1, kind: ApplicationInstance, metadata: {name: wiki, namespace: org-blue}, spec: {mode: placeholder, appRef: {catalogId: ops}}}")],
            When = [Step.Apply(Samples.Wiki + "\n  mode: managed\n")],
            Passes = ["Ready=True/Placeholder"],
            Then = Healthy,
        },
        new("adoption of a foreign release")
        {
            Given = [Step.Apply("{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: wiki, namespace: org-blue}, spec: {interval: 9m}}")],
            When = [Step.Apply(Samples.Wiki), Step.Annotate(Annotations.Adopt, "true")],
            Passes = ["Blocked=True/PolicyDenied"],
            Then = [.. Healthy, Unblocked],
        },
        new("two instances with one release name")
        {
            Given = [Step.Apply(Samples.Wiki)],
            When =
            [
                Step.Apply(Samples.Wiki.Replace("  name: wiki\n", "  name: other\n", StringComparison.Ordinal)),
                Step.Delete(ApiResources.ApplicationInstances, "other"),
            ],
            Passes = ["Blocked=True/PolicyDenied", "Deleting=True/Uninstalling"],
            Then = Healthy,
            And = world => Assert.That(world.Flux.Uninstalled, Is.Empty),
        },
        new("release deleted by hand")
        {
            Given = [Step.Apply(Samples.Wiki)],
            When = [Step.Delete(FluxResources.HelmReleases, "wiki")],
            Then = Healthy,
        },
        new("source deleted by hand")
        {
            Given = [Step.Apply(Samples.Wiki)],
            When = [Step.Delete(FluxResources.OciRepositories, "wiki-source")],
            Then = Healthy,
        },
        new("Flux installed later")
        {
            World = () => World.StartAsync(withFlux: false),
            Wavers = true,
            When = [Step.Apply(Samples.Wiki), Step.Do("install Flux", InstallFluxAsync)],
            Passes = ["Blocked=True/MissingDependencies"],
            Then = [.. Healthy, Unblocked],
        },
    ];

    // Discovery is asked again within a minute, whatever the first moment of a new kind looked like.
    private static async Task InstallFluxAsync(World world)
    {
        await world.InstallAsync(FluxCrds.Flux);
        for (int second = 0; second < 120 && await world.SettleAsync(); second++)
        {
            if ((await world.FindAsync(ApiResources.ApplicationInstances, "wiki"))?.Status.Conditions.Find(ApplicationConditions.Blocked) is not { IsTrue: true }) return;
            world.Clock.Advance(TimeSpan.FromSeconds(1));
        }
    }
}
