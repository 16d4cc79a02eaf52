using VWorkspace.Api;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;

namespace VWorkspace.Operator.Health;

/// <summary>
/// What <c>/readyz</c> knows. It answers from the first moment on, long before there is a manager, so that a probe can tell what the start is waiting for.
/// </summary>
internal sealed class Readiness
{
    private volatile IKindAvailability? _kinds;
    private volatile Func<bool>[]? _synced;
    private volatile Func<HealthCheckResult>? _permissions;
    private volatile Func<HealthCheckResult>? _webhook;
    private volatile bool _stopping;

    /// <summary>The kinds this build needs.</summary>
    public static IReadOnlyList<KubernetesResource> RequiredKinds { get; } = [ApiResources.ApplicationInstances, ApiResources.Operations, ApiResources.Clusters];

    /// <summary>A kind that every API server has: once it is known, discovery has answered and an absent kind is a missing one.</summary>
    private static readonly GroupVersionKind Namespace = new("", "v1", "Namespace");

    /// <summary>The required kinds that are not served; null as long as the API server has not said what it serves.</summary>
    public IReadOnlyList<KubernetesResource>? MissingKinds =>
        _kinds is { } kinds && kinds.IsServed(Namespace) ? [.. RequiredKinds.Where(resource => !kinds.IsServed(resource.Kind))] : null;

    /// <summary>From now on the manager is asked.</summary>
    /// <param name="kinds">Which kinds are served.</param>
    /// <param name="permissions">Result of the last look at permissions.</param>
    /// <param name="synced">Whether each required watch has listed once.</param>
    public void Observe(IKindAvailability kinds, Func<HealthCheckResult> permissions, params Func<bool>[] synced) =>
        (_kinds, _permissions, _synced) = (kinds, permissions, synced);

    /// <summary>Webhooks are to be served; until this is called they are off.</summary>
    /// <param name="webhook">Whether they are.</param>
    public void ObserveWebhook(Func<HealthCheckResult> webhook) => _webhook = webhook;

    /// <summary>The termination signal was seen.</summary>
    public void Stopping() => _stopping = true;

    /// <summary>The checks, in the order of the handbook.</summary>
    public HealthChecks Checks(TimeProvider clock)
    {
        var checks = new HealthChecks(clock);
        checks.Add("crds", Crds);
        checks.Add("rbac", () => _permissions?.Invoke() ?? HealthCheckResult.Failed("APIServerUnreachable", "the API server has not answered yet"));
        checks.Add("cache-sync", CacheSync);
        checks.Add("webhook", () => _webhook?.Invoke() ?? HealthCheckResult.Skipped);
        checks.Add("control-plane", static () => HealthCheckResult.Skipped);
        checks.Add("shutdown", () => _stopping ? HealthCheckResult.Failed("ShuttingDown", "a termination signal was seen") : HealthCheckResult.Ok);
        return checks;
    }

    private HealthCheckResult Crds()
    {
        if (MissingKinds is not { } missing) return HealthCheckResult.Failed("APIServerUnreachable", "the API server has not answered yet");
        return missing.Count == 0 ? HealthCheckResult.Ok : HealthCheckResult.Failed("CRDMissing", "not served: " + Names(missing));
    }

    private HealthCheckResult CacheSync() =>
        _synced is { } synced && Array.TrueForAll(synced, static has => has())
            ? HealthCheckResult.Ok
            : HealthCheckResult.Failed("CacheNotSynced", "not all watches have listed once");

    /// <summary>Names of kinds with their version, for people.</summary>
    public static string Names(IEnumerable<KubernetesResource> kinds) => string.Join(", ", kinds.Select(static kind => $"{kind.QualifiedName} ({kind.Kind.Version})"));
}
