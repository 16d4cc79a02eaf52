using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using VWorkspace.Api;
using VWorkspace.Apps.Flux;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Tests.Support;

/// <summary>What an attempt leaves in the history of a release.</summary>
internal enum Revision
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A new revision runs.</summary>
    Deployed,

    /// <summary>A revision failed.</summary>
    Failed,

    /// <summary>A revision failed and the one before runs again.</summary>
    RolledBack,
}

/// <summary>One status that Flux writes to a release.</summary>
internal sealed record FluxStage(string Conditions, Revision Leaves = Revision.None)
{
    public static FluxStage Working { get; } = new("[{type: Ready, status: Unknown, reason: Progressing, message: at work}, {type: Reconciling, status: \"True\", reason: Progressing}]");

    public static FluxStage Ready { get; } = new("[{type: Ready, status: \"True\", reason: InstallSucceeded, message: installed}, {type: Released, status: \"True\", reason: InstallSucceeded}]", Revision.Deployed);
}

/// <summary>How Flux reacts to what it finds.</summary>
/// <param name="Source">Conditions of a source; null leaves it alone.</param>
/// <param name="Release">Statuses of a release, one after the other; empty leaves it alone.</param>
internal sealed record FluxScript(string? Source, IReadOnlyList<FluxStage> Release)
{
    public const string Fetched = "[{type: Ready, status: \"True\", reason: Succeeded, message: stored artifact}]";

    /// <summary>Everything goes well.</summary>
    public static FluxScript Installs { get; } = new(Fetched, [FluxStage.Working, FluxStage.Ready]);

    /// <summary>The controllers do not run.</summary>
    public static FluxScript Away { get; } = new(null, []);
}

/// <summary>
/// Flux, one move at a time: the tests let it react when the operator has come to rest, so that a scenario takes the same course each time.
/// </summary>
internal sealed class FluxStandIn(World world)
{
    private const string Finalizer = "finalizers.fluxcd.io";
    private readonly Dictionary<string, (string Seen, int Stage)> _told = new(StringComparer.Ordinal);
    private FluxScript _script = FluxScript.Installs;
    private int _scripts;

    /// <summary>Names of the releases that were uninstalled; one that was deleted while suspended is not among them.</summary>
    public List<string> Uninstalled { get; } = [];

    /// <summary>From now on; whatever stands there is looked at again.</summary>
    public FluxScript Script
    {
        get => _script;
        set => (_script, _scripts) = (value, _scripts + 1);
    }

    /// <summary>Makes one move for each object that wants one.</summary>
    /// <returns>True when something was changed.</returns>
    public async Task<bool> ReactAsync()
    {
        if (_script == FluxScript.Away) return false;
        bool moved = false;
        foreach (KubernetesResource<ChartSource> resource in new[] { FluxResources.OciRepositories, FluxResources.HelmRepositories })
            foreach (ChartSource source in Read(resource)) moved |= await ReactAsync(resource, source);
        if (moved) return true;
        foreach (HelmRelease release in Read(FluxResources.HelmReleases)) moved |= await ReactAsync(release);
        return moved;
    }

    private async Task<bool> ReactAsync(KubernetesResource<ChartSource> resource, ChartSource source)
    {
        if (await HoldAsync(resource, source) is { } moved) return moved;
        if (_script.Source is not { } conditions || Next(source, $"{source.Metadata.Generation}", 1) is null) return false;
        long generation = source.Metadata.Generation;
        string? tag = resource == FluxResources.OciRepositories && conditions == FluxScript.Fetched ? source.Spec!.ToElement().GetProperty("ref").GetProperty("tag").GetString() : null;
        string artifact = tag is not null ? $"{{revision: {tag}@sha256:{tag}}}" : source.Status.Artifact?.Revision is { } known ? $"{{revision: {known}}}" : "null";
        await world.PatchAsync(resource, source.Metadata.Name!,
            $"{{status: {{observedGeneration: {generation}, artifact: {artifact}, conditions: {world.Stamp(conditions, generation, source.Status.Conditions)}}}}}", "status");
        return true;
    }

    private async Task<bool> ReactAsync(HelmRelease release)
    {
        if (release.Metadata.IsBeingDeleted && release.Metadata.Finalizers.Contains(Finalizer, StringComparer.Ordinal) && !release.IsSuspended) Uninstalled.Add(release.Metadata.Name!);
        if (await HoldAsync(FluxResources.HelmReleases, release) is { } moved) return moved;
        if (release.IsSuspended) return false;
        string name = release.Metadata.Name!;
        ChartSource? oci = await world.FindAsync(FluxResources.OciRepositories, name + "-source");
        string? digest = oci?.Status.Artifact?.Revision is { } revision ? revision[(revision.IndexOf('@', StringComparison.Ordinal) + 1)..] : null;
        string chart = oci is not null ? oci.Spec!.ToElement().GetProperty("ref").GetProperty("tag").GetString()! : ChartOf(release);
        string values = release.Metadata.Annotations.GetValueOrDefault(Annotations.ValuesDigest, string.Empty);
        if (Next(release, $"{release.Metadata.Generation}|{digest}|{values}", _script.Release.Count) is not { } stage) return false;
        FluxStage says = _script.Release[stage];
        long generation = release.Metadata.Generation;
        var status = new JsonObject
        {
            ["observedGeneration"] = generation,
            ["lastAttemptedRevision"] = chart,
            ["lastAttemptedRevisionDigest"] = digest,
            ["history"] = History(release, says.Leaves, chart),
            ["conditions"] = JsonNode.Parse(world.Stamp(says.Conditions, generation, release.Status.Conditions)),
        };
        await world.PatchAsync(FluxResources.HelmReleases, name, new JsonObject { ["status"] = status }.ToJsonString(), "status");
        return true;
    }

    // The stage that comes next for an object in this state; null when all is said. A new state begins anew.
    private int? Next(IKubernetesObject obj, string state, int stages)
    {
        string key = obj.Metadata.Uid!, seen = string.Create(CultureInfo.InvariantCulture, $"{state}|{_scripts}");
        (string Seen, int Stage) told = _told.TryGetValue(key, out (string Seen, int Stage) known) && known.Seen == seen ? known : (seen, 0);
        if (told.Stage >= stages) return null;
        _told[key] = (seen, told.Stage + 1);
        return told.Stage;
    }

    // Finalizer on, or off when the object goes; null when neither is due.
    private async Task<bool?> HoldAsync<T>(KubernetesResource<T> resource, T obj) where T : class, IKubernetesObject
    {
        bool held = obj.Metadata.Finalizers.Contains(Finalizer, StringComparer.Ordinal);
        return (obj.Metadata.IsBeingDeleted, held) switch
        {
            (true, true) => await PatchAsync("null"),
            (true, false) => false,
            (false, false) => await PatchAsync($"[{Finalizer}]"),
            _ => null,
        };

        async Task<bool?> PatchAsync(string finalizers)
        {
            await world.PatchAsync(resource, obj.Metadata.Name!, $"{{metadata: {{finalizers: {finalizers}}}}}");
            return true;
        }
    }

    private static JsonArray History(HelmRelease release, Revision leaves, string chart)
    {
        List<(int Version, string Status, string Chart)> entries = [.. release.Status.History.Select(h => (h.Version, h.Status, h.ChartVersion ?? string.Empty))];
        string running = entries.FirstOrDefault(e => e.Status == "deployed").Chart ?? chart;
        int next = entries.Count == 0 ? 1 : entries[0].Version + 1;
        if (leaves == Revision.Deployed) entries = [(next, "deployed", chart), .. entries.Select(Superseded)];
        if (leaves == Revision.Failed) entries = [(next, "failed", chart), .. entries];
        if (leaves == Revision.RolledBack) entries = [(next + 1, "deployed", running), (next, "failed", chart), .. entries.Select(Superseded)];
        return new([.. entries.Select(e => new JsonObject { ["version"] = e.Version, ["status"] = e.Status, ["chartVersion"] = e.Chart })]);

        static (int, string, string) Superseded((int Version, string Status, string Chart) e) => (e.Version, e.Status == "deployed" ? "superseded" : e.Status, e.Chart);
    }

    private static string ChartOf(HelmRelease release) =>
        release.Spec is { } spec && spec.ToElement().TryGetProperty("chart", out JsonElement chart) ? chart.GetProperty("spec").GetProperty("version").GetString()! : string.Empty;

    private IEnumerable<T> Read<T>(KubernetesResource<T> resource) where T : class, IKubernetesObject =>
        world.All(resource.Kind.ApiVersion, resource.Kind.Kind).Select(json => json.Deserialize(resource.Json)!);
}
