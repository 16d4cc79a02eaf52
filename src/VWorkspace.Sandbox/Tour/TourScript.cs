using System.Text.Json.Nodes;
using VWorkspace.Kubernetes;
using VWorkspace.Sandbox.Worlds;

namespace VWorkspace.Sandbox.Tour;

/// <summary>The guided tour: a cluster comes up, an application goes to Ready, is upgraded and deleted.</summary>
internal sealed class TourScript(SandboxWorld world)
{
    private const string UpgradedVersion = "6.3.0";
    private const string Application = "nextcloud-myteam";

    private static readonly ObjectKey Instance = new("org-myteam", Application);
    private static readonly ObjectKey Source = new("org-myteam", $"{Application}-source");

    private readonly IReadOnlyList<Manifest> _sample = Manifests.Parse("nextcloud.yaml", Manifests.Nextcloud);

    /// <summary>The steps, in order.</summary>
    public IReadOnlyList<TourStep> Steps =>
    [
        new("Start the API server", "an API server that answers over HTTPS with its own authority, and a kubeconfig", Seconds(10), StartServerAsync),
        new("Install the CRDs", "all CustomResourceDefinitions Established", Seconds(10), InstallCrdsAsync),
        new("Start the stand-in for Flux", "source-controller and helm-controller at work", Seconds(10), StartFluxAsync),
        new("Start the operator", "the operator ready, connected by nothing but the kubeconfig", Seconds(20), StartOperatorAsync),
        new("Apply the ApplicationInstance", "accepted by the API server, finalizer added by the operator", Seconds(10), ApplyAsync, DescribeAsync),
        new("Flux fetches the chart", "OCIRepository with Ready=True/Succeeded", Seconds(15), FetchAsync, DescribeAsync),
        new("Flux installs the release", "HelmRelease with Ready=True/InstallSucceeded", Seconds(20), InstallAsync, DescribeAsync),
        new("The application is ready", "ApplicationInstance with Ready=True/HelmReleaseReady", Seconds(15), ReadyAsync, DescribeAsync),
        new($"Upgrade to chart version {UpgradedVersion}", "HelmRelease with UpgradeSucceeded at revision 2, ApplicationInstance Ready for the new generation", Seconds(30), UpgradeAsync, DescribeAsync),
        new("Delete the ApplicationInstance", "Deleting=True/Uninstalling, then HelmRelease, workload, source and instance gone", Seconds(30), DeleteAsync, DescribeAsync),
        new("Stop the operator", "a clean stop with exit code 0", Seconds(15), StopAsync),
    ];

    private async Task<string> StartServerAsync(StepProgress progress, CancellationToken cancellationToken)
    {
        await world.StartApiServerAsync(cancellationToken);
        return world.ApiServer.ToString().TrimEnd('/');
    }

    private async Task<string> InstallCrdsAsync(StepProgress progress, CancellationToken cancellationToken)
    {
        await world.InstallCrdsAsync(cancellationToken);
        ApiResult<ObjectPage<DynamicObject>> crds = await world.Client.ListAsync(Kinds.CustomResourceDefinitions, null, new(), cancellationToken);
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{crds.Value.Items.Count} CRDs Established");
    }

    private async Task<string> StartFluxAsync(StepProgress progress, CancellationToken cancellationToken)
    {
        await world.StartFluxAsync(cancellationToken);
        return "source-controller, helm-controller";
    }

    private async Task<string> StartOperatorAsync(StepProgress progress, CancellationToken cancellationToken)
    {
        await world.StartOperatorAsync(cancellationToken);
        return "readyz ok";
    }

    private async Task<string> ApplyAsync(StepProgress progress, CancellationToken cancellationToken)
    {
        foreach (Manifest manifest in _sample) await world.Writer.ApplyAsync(manifest, cancellationToken);
        await world.Follower.UntilAsync(
            Kinds.ApplicationInstances, Instance, instance => instance?.Metadata.Finalizers.Count > 0, cancellationToken);
        return $"{Instance}, finalizer apps.vworkspace.io/finalizer";
    }

    private Task<string> FetchAsync(StepProgress progress, CancellationToken cancellationToken) =>
        FollowAsync(progress, Kinds.OciRepositories, Source, source => source.Has("Ready", ConditionStatus.True, "Succeeded") && source.IsObserved(), cancellationToken);

    private Task<string> InstallAsync(StepProgress progress, CancellationToken cancellationToken) =>
        FollowAsync(progress, Kinds.HelmReleases, Instance, release => release.Has("Ready", ConditionStatus.True, "InstallSucceeded") && release.IsObserved(), cancellationToken);

    private Task<string> ReadyAsync(StepProgress progress, CancellationToken cancellationToken) =>
        FollowAsync(progress, Kinds.ApplicationInstances, Instance, instance => instance.Has("Ready", ConditionStatus.True, "HelmReleaseReady") && instance.IsObserved(), cancellationToken);

    private async Task<string> UpgradeAsync(StepProgress progress, CancellationToken cancellationToken)
    {
        Manifest instance = _sample.Single(manifest => (string?)manifest.Content["kind"] == "ApplicationInstance");
        var changed = new Manifest(instance.Source, (JsonObject)instance.Content.DeepClone());
        changed.Content["spec"]!["chart"]!["version"] = UpgradedVersion;
        DynamicObject applied = await world.Writer.ApplyAsync(changed, cancellationToken);
        DynamicObject? release = await WhileNotingAsync(progress, token => world.Follower.UntilAsync(
            Kinds.HelmReleases, Instance, current => current.Has("Ready", ConditionStatus.True, "UpgradeSucceeded") && current.IsObserved(), token), cancellationToken);
        await world.Follower.UntilAsync(
            Kinds.ApplicationInstances, Instance, current => Note(progress, current) && ReadyFor(current, applied.Metadata.Generation), cancellationToken);
        JsonNode? newest = release!.Json["status"]?["history"]?[0];
        return $"Ready=True/HelmReleaseReady, revision {newest?["version"]}, chart {newest?["chartVersion"]}";
    }

    private async Task<string> DeleteAsync(StepProgress progress, CancellationToken cancellationToken)
    {
        await world.Writer.DeleteAsync(Kinds.ApplicationInstances, Instance, cancellationToken);
        await world.Follower.UntilAsync(Kinds.ApplicationInstances, Instance, instance => NoteDeletion(progress, instance) && instance is null, cancellationToken);
        foreach (KubernetesResource<DynamicObject> kind in new[] { Kinds.HelmReleases, Kinds.Deployments })
            await world.Follower.UntilAsync(kind, Instance, obj => obj is null, cancellationToken);
        await world.Follower.UntilAsync(Kinds.OciRepositories, Source, source => source is null, cancellationToken);
        return "instance, release, workload and source gone";
    }

    private async Task<string> StopAsync(StepProgress progress, CancellationToken cancellationToken)
    {
        int code = await world.StopOperatorAsync(cancellationToken);
        return code == 0 ? "exit code 0" : throw new InvalidOperationException(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"the operator ended with exit code {code}"));
    }

    private async Task<string> FollowAsync(
        StepProgress progress, KubernetesResource<DynamicObject> kind, ObjectKey key, Func<DynamicObject?, bool> reached, CancellationToken cancellationToken)
    {
        DynamicObject? last = await world.Follower.UntilAsync(kind, key, obj => Note(progress, obj) && reached(obj), cancellationToken);
        return last.Condition("Ready").Short();
    }

    /// <summary>Waits for something, and notes meanwhile what the instance says.</summary>
    private async Task<T> WhileNotingAsync<T>(StepProgress progress, Func<CancellationToken, Task<T>> wait, CancellationToken cancellationToken)
    {
        using var noting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task notes = world.Follower.UntilAsync(Kinds.ApplicationInstances, Instance, current => !Note(progress, current), noting.Token);
        try
        {
            return await wait(cancellationToken);
        }
        finally
        {
            await noting.CancelAsync();
            await notes.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<IReadOnlyList<string>> DescribeAsync(CancellationToken cancellationToken)
    {
        List<string> lines = [];
        foreach ((KubernetesResource<DynamicObject> kind, ObjectKey key) in new[] { (Kinds.ApplicationInstances, Instance), (Kinds.HelmReleases, Instance), (Kinds.OciRepositories, Source) })
        {
            ApiResult<DynamicObject> read = await world.Client.GetAsync(kind, key, cancellationToken);
            lines.AddRange((read.IsSuccess ? read.Value : null).Lines().Select(line => $"{kind.Kind.Kind} {key.Name}: {line}"));
        }

        return lines;
    }

    /// <summary>Notes the state of Ready; always true, so that it can stand in a condition.</summary>
    private static bool Note(StepProgress progress, DynamicObject? obj)
    {
        if (obj.Condition("Ready") is { } ready) progress.Observe(ready.Short());
        return true;
    }

    private static bool NoteDeletion(StepProgress progress, DynamicObject? instance)
    {
        if (instance is null) progress.Observe("gone");
        else if (instance.Condition("Deleting") is { } deleting) progress.Observe(deleting.Short());
        return true;
    }

    private static bool ReadyFor(DynamicObject? instance, long generation) =>
        instance.Condition("Ready") is { IsTrue: true, Reason: "HelmReleaseReady" } && instance.IsObserved() && instance!.Metadata.Generation >= generation;

    private static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);
}
