using VWorkspace.Api;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Observing;

/// <summary>The kinds beside the instance that are watched in its namespace.</summary>
[Flags]
internal enum WatchedKinds
{
    None = 0,
    HelmReleases = 1,
    OciRepositories = 2,
    HelmRepositories = 4,
    Ingresses = 8,
    Certificates = 16,
    ExternalSecrets = 32,
}

/// <summary>
/// Opens and closes watches namespace by namespace: a kind is watched where an instance needs it, and under an enforced gate only while the namespace carries
/// its label. Runs on every replica, so that a standby is warm.
/// </summary>
internal sealed class ChildWatches : IInformerHandler<ApplicationInstance>, IInformerHandler<PartialObject>
{
    /// <summary>As long as further namespaces list, the first pass is worth waiting for; one that may not be read is not waited for longer than this.</summary>
    private static readonly TimeSpan LongestStandstill = TimeSpan.FromSeconds(5);

    private readonly Stores _stores;
    private readonly NamespaceGate _gate;
    private readonly IKindAvailability _kinds;
    private readonly TimeProvider _clock;
    private readonly (WatchedKinds Kind, GroupVersionKind Served, Func<string, IDisposable> Open, Func<int> Unsynced, Func<CancellationToken, Task> Synced)[] _informers;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Dictionary<WatchedKinds, IReadOnlyList<IDisposable>>> _open = new(StringComparer.Ordinal);

    public ChildWatches(Stores stores, IKindAvailability kinds, NamespaceGate gate, TimeProvider clock)
    {
        (_stores, _kinds, _gate, _clock) = (stores, kinds, gate, clock);
        _informers =
        [
            Entry(WatchedKinds.HelmReleases, stores.Releases, Flux.FluxResources.HelmReleases),
            Entry(WatchedKinds.OciRepositories, stores.OciRepositories, Flux.FluxResources.OciRepositories),
            Entry(WatchedKinds.HelmRepositories, stores.HelmRepositories, Flux.FluxResources.HelmRepositories),
            Entry(WatchedKinds.Ingresses, stores.Ingresses, Flux.FluxResources.Ingresses),
            Entry(WatchedKinds.Certificates, stores.Certificates, Flux.FluxResources.Certificates),
            Entry(WatchedKinds.ExternalSecrets, stores.ExternalSecrets, Flux.FluxResources.ExternalSecrets),
            Entry(WatchedKinds.ExternalSecrets, stores.ExternalSecretsBeta, Flux.FluxResources.ExternalSecretsBeta),
        ];

        static (WatchedKinds, GroupVersionKind, Func<string, IDisposable>, Func<int>, Func<CancellationToken, Task>) Entry<T>(WatchedKinds kind, INamespacedInformer<T> informer, KubernetesResource resource)
            where T : class, IKubernetesObject => (kind, resource.Kind, informer.Watch, () => informer.Unsynced, informer.WaitForSyncAsync);
    }

    /// <summary>What an instance needs to be watched in its namespace. Pure.</summary>
    public static WatchedKinds Needs(ApplicationInstance instance)
    {
        if (instance.Spec.IsPlaceholder || instance.Spec.Release is null || instance.Spec.Chart is not { } chart)
            return instance.Status.HelmReleaseRef is null ? WatchedKinds.None : WatchedKinds.HelmReleases;
        WatchedKinds needs = WatchedKinds.HelmReleases | WatchedKinds.Ingresses | SourceKind(chart.SourceType);
        // A source of the other kind may be left from before.
        if (instance.Status.LastAppliedChart is { } last) needs |= SourceKind(last.SourceType);
        if (instance.Spec.Integrations?.CertManager is { Enabled: true }) needs |= WatchedKinds.Certificates;
        if (instance.Spec.Integrations?.ExternalSecrets is { Enabled: true }) needs |= WatchedKinds.ExternalSecrets;
        return needs;
    }

    /// <summary>Completes when what is needed now has listed, or when nothing moves any more: a namespace that may not be read holds up no other.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        foreach (string @namespace in _stores.Instances.List().Select(i => i.Metadata.Namespace ?? string.Empty).Distinct(StringComparer.Ordinal)) Refresh(@namespace);
        while (Unsynced() is > 0 and int before)
        {
            using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task all = Task.WhenAll(_informers.Where(i => _kinds.IsServed(i.Served)).Select(i => i.Synced(wait.Token)));
            await Task.WhenAny(all, Task.Delay(LongestStandstill, _clock, wait.Token)).ConfigureAwait(false);
            await wait.CancelAsync().ConfigureAwait(false);
            await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            if (Unsynced() >= before) return;
        }
    }

    void IInformerHandler<ApplicationInstance>.OnAdded(ApplicationInstance obj, bool isInitial) => Open(obj.Metadata.Namespace ?? string.Empty, Needs(obj));

    void IInformerHandler<ApplicationInstance>.OnUpdated(ApplicationInstance previous, ApplicationInstance current)
    {
        WatchedKinds before = Needs(previous), after = Needs(current);
        if (before == after) return;
        Open(current.Metadata.Namespace ?? string.Empty, after);
        if (!after.HasFlag(before)) Refresh(current.Metadata.Namespace ?? string.Empty);
    }

    void IInformerHandler<ApplicationInstance>.OnDeleted(ApplicationInstance last) => Refresh(last.Metadata.Namespace ?? string.Empty);

    void IInformerHandler<PartialObject>.OnAdded(PartialObject obj, bool isInitial) => NamespaceChanged(obj);

    void IInformerHandler<PartialObject>.OnUpdated(PartialObject previous, PartialObject current)
    {
        if (Labels.IsGated(previous.Metadata.Labels) != Labels.IsGated(current.Metadata.Labels)) NamespaceChanged(current);
    }

    void IInformerHandler<PartialObject>.OnDeleted(PartialObject last) => NamespaceChanged(last);

    private void NamespaceChanged(PartialObject ns)
    {
        if (_gate == NamespaceGate.Enforce) Refresh(ns.Metadata.Name ?? string.Empty);
    }

    private int Unsynced() => _informers.Where(i => _kinds.IsServed(i.Served)).Sum(i => i.Unsynced());

    private bool IsOpen(string @namespace) =>
        _gate != NamespaceGate.Enforce || (_stores.Namespaces.Get(ObjectKey.ClusterScoped(@namespace)) is { } ns && Labels.IsGated(ns.Metadata.Labels));

    private void Open(string @namespace, WatchedKinds needs)
    {
        if (needs == WatchedKinds.None || !IsOpen(@namespace)) return;
        lock (_lock)
        {
            if (!_open.TryGetValue(@namespace, out Dictionary<WatchedKinds, IReadOnlyList<IDisposable>>? open)) _open[@namespace] = open = [];
            foreach (var kind in _informers.GroupBy(i => i.Kind))
                if (needs.HasFlag(kind.Key) && !open.ContainsKey(kind.Key)) open[kind.Key] = [.. kind.Select(i => i.Open(@namespace))];
        }
    }

    // Looks only as far as it takes to know that every kind is needed still.
    private void Refresh(string @namespace)
    {
        lock (_lock)
        {
            WatchedKinds had = _open.TryGetValue(@namespace, out var open) ? open.Keys.Aggregate(WatchedKinds.None, static (all, one) => all | one) : WatchedKinds.None;
            WatchedKinds needs = WatchedKinds.None;
            if (IsOpen(@namespace))
            {
                foreach (ApplicationInstance instance in _stores.Instances.List(@namespace))
                {
                    needs |= Needs(instance);
                    if (had != WatchedKinds.None && needs.HasFlag(had)) break;
                }
            }

            foreach (WatchedKinds kind in open is null ? [] : open.Keys.Where(kind => !needs.HasFlag(kind)).ToList())
            {
                foreach (IDisposable watch in open![kind]) watch.Dispose();
                open.Remove(kind);
            }

            if (open is { Count: 0 }) _open.Remove(@namespace);
            Open(@namespace, needs);
        }
    }

    private static WatchedKinds SourceKind(string sourceType) => sourceType == ChartSourceType.Oci ? WatchedKinds.OciRepositories : WatchedKinds.HelmRepositories;
}
