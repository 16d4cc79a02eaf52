using System.Text.Json.Nodes;
using VWorkspace.Kubernetes;

namespace VWorkspace.Sandbox.StandIns.Flux;

/// <summary>What a release is made of, for one pass.</summary>
internal sealed record ReleaseRequest(HelmRelease Release, ChartPackage Chart, JsonObject Values, string? OciDigest)
{
    public string ReleaseName => NameOf(Release);

    public string TargetNamespace => Release.Spec.TargetNamespace ?? Release.Metadata.Namespace ?? string.Empty;

    public string StorageNamespace => Release.Spec.StorageNamespace ?? Release.Metadata.Namespace ?? string.Empty;

    /// <summary>As upstream: the explicit name, else target namespace and name joined when there is a target namespace.</summary>
    public static string NameOf(HelmRelease release) => release.Spec switch
    {
        { ReleaseName: { Length: > 0 } name } => name,
        { TargetNamespace: { Length: > 0 } target } => $"{target}-{release.Metadata.Name}",
        _ => release.Metadata.Name ?? string.Empty,
    };
}

/// <summary>Result of a Helm action: the revisions it wrote, and its error.</summary>
internal sealed record HelmResult(IReadOnlyList<StoredRelease> Written, string? Error)
{
    public bool Succeeded => Error is null;
}

/// <summary>Does what Helm does: writes the revision as pending, applies, waits, and writes how it ended.</summary>
internal sealed class HelmRunner(IKubernetesClient client, FluxOptions options, TimeProvider clock)
{
    private const int DefaultMaxHistory = 5;

    public HelmStorage Storage { get; } = new(client, clock);

    public ManifestApplier Manifests { get; } = new(client);

    public async Task<HelmResult> ReleaseAsync(ReleaseRequest request, HelmAction action, CancellationToken cancellationToken)
    {
        IReadOnlyList<StoredRelease> stored = await Storage.ListAsync(request.StorageNamespace, request.ReleaseName, cancellationToken);
        DateTimeOffset now = clock.GetUtcNow();
        ChartScript script = ChartScript.Read(request.Values);
        var revision = new StoredRelease
        {
            Name = request.ReleaseName,
            Namespace = request.TargetNamespace,
            Version = (stored.Count > 0 ? stored[0].Version : 0) + 1,
            Status = action == HelmAction.Install ? "pending-install" : "pending-upgrade",
            ChartName = request.Chart.Name,
            ChartVersion = request.Chart.Version,
            AppVersion = request.Chart.AppVersion,
            Config = (JsonObject)request.Values.DeepClone(),
            Objects = ChartManifest.Render(ObjectKey.Of(request.Release), request.ReleaseName, request.TargetNamespace, request.Chart, request.Values),
            FirstDeployed = stored.Count > 0 ? stored[^1].FirstDeployed : now,
            LastDeployed = now,
            Description = action == HelmAction.Install ? "Initial install underway" : "Preparing upgrade",
        };
        bool fails = script.Failing.Contains(action) || request.Chart.FailsToDeploy;
        string? error = fails
            ? script.Message ?? $"resource Deployment/{request.TargetNamespace}/{request.ReleaseName} not ready. status: InProgress, message: Available: 0/1: context deadline exceeded"
            : null;
        TimeSpan duration = script.Duration ?? request.Chart.Duration ?? options.ReleaseDuration;
        bool installs = action == HelmAction.Install;
        HelmResult result = await RunAsync(
            new(revision, stored, duration, error, installs ? "Install complete" : "Upgrade complete", installs ? "Release" : "Upgrade"), cancellationToken);
        await PruneAsync(request.Release.Spec.MaxHistory ?? DefaultMaxHistory, stored, cancellationToken);
        return result;
    }

    /// <summary>Goes back to an earlier revision, which becomes a new one.</summary>
    public async Task<HelmResult> RollbackAsync(ReleaseRequest request, int toVersion, CancellationToken cancellationToken)
    {
        IReadOnlyList<StoredRelease> stored = await Storage.ListAsync(request.StorageNamespace, request.ReleaseName, cancellationToken);
        if (stored.FirstOrDefault(release => release.Version == toVersion) is not { } target) return new([], "release: not found");
        ChartScript script = ChartScript.Read(request.Values);
        StoredRelease revision = target with
        {
            Version = stored[0].Version + 1,
            Status = "pending-rollback",
            LastDeployed = clock.GetUtcNow(),
            Description = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Rollback to {toVersion}"),
        };
        string? error = script.Failing.Contains(HelmAction.Rollback) ? script.Message ?? "context deadline exceeded" : null;
        return await RunAsync(new(revision, stored, script.Duration ?? options.ReleaseDuration, error, revision.Description, "Rollback"), cancellationToken);
    }

    /// <summary>Removes the workload and, unless the history is kept, every revision.</summary>
    /// <returns>The last revision as it ended; no revision when there was none.</returns>
    public async Task<HelmResult> UninstallAsync(string storageNamespace, string release, bool keepHistory, CancellationToken cancellationToken)
    {
        IReadOnlyList<StoredRelease> stored = await Storage.ListAsync(storageNamespace, release, cancellationToken);
        if (stored is not [{ } latest, ..]) return new([], null);
        await Task.Delay(options.UninstallDuration, clock, cancellationToken);
        ChartScript script = ChartScript.Read(latest.Config);
        if (script.Failing.Contains(HelmAction.Uninstall)) return new([], script.Message ?? $"failed to delete release: {release}");
        await Manifests.DeleteAsync(latest.Objects, cancellationToken);
        StoredRelease gone = latest with { Status = "uninstalled", Deleted = clock.GetUtcNow(), Description = "Uninstallation complete" };
        if (keepHistory) await Storage.WriteAsync(gone, cancellationToken);
        else
            foreach (StoredRelease revision in stored) await Storage.DeleteAsync(revision, cancellationToken);
        return new([gone], null);
    }

    /// <summary>Helm keeps <c>maxHistory</c> revisions; 0 means all.</summary>
    private async Task PruneAsync(int maxHistory, IReadOnlyList<StoredRelease> before, CancellationToken cancellationToken)
    {
        if (maxHistory <= 0) return;
        foreach (StoredRelease old in before.Skip(maxHistory - 1).Where(release => release.Status != "deployed")) await Storage.DeleteAsync(old, cancellationToken);
    }

    private async Task<HelmResult> RunAsync(ReleaseRun run, CancellationToken cancellationToken)
    {
        (StoredRelease revision, IReadOnlyList<StoredRelease> stored, TimeSpan duration, string? error, string done, string subject) = run;
        StoredRelease? deployed = stored.FirstOrDefault(release => release.Status == "deployed");
        await Storage.WriteAsync(revision, cancellationToken);
        try
        {
            await Manifests.ApplyAsync(revision.Objects, deployed?.Objects ?? [], cancellationToken);
        }
        catch (KubernetesApiException refused)
        {
            error = refused.Error.Message;
        }

        if (error is null || duration > TimeSpan.Zero) await Task.Delay(duration, clock, cancellationToken);
        if (error is not null)
        {
            StoredRelease broken = revision with { Status = "failed", Description = $"{subject} \"{revision.Name}\" failed: {error}" };
            await Storage.WriteAsync(broken, cancellationToken);
            return new([broken], error);
        }

        List<StoredRelease> written = [revision with { Status = "deployed", Description = done }];
        await Storage.WriteAsync(written[0], cancellationToken);
        if (deployed is not null)
        {
            written.Add(deployed with { Status = "superseded" });
            await Storage.WriteAsync(written[1], cancellationToken);
        }

        return new(written, null);
    }

    private sealed record ReleaseRun(
        StoredRelease Revision, IReadOnlyList<StoredRelease> Stored, TimeSpan Duration, string? Error, string Done, string Subject);
}
