using VWorkspace.Api;
using VWorkspace.Apps.Deciding;
using VWorkspace.Apps.Flux;
using VWorkspace.Apps.Rendering;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Observing;

/// <summary>First step of a pass: reads the stores, and by exact name what is not watched.</summary>
internal sealed class Observer(IKubernetesClient client, Stores stores, IKindAvailability kinds, IChartVersionPolicy policy, Func<string?> clusterId)
{
    private readonly ValuesReader _values = new(client);

    public async Task<Observation> ObserveAsync(ApplicationInstance instance, PassMemory memory, CancellationToken cancellationToken)
    {
        ServedKinds served = Served();
        string @namespace = instance.Metadata.Namespace ?? string.Empty;
        var observed = new Observation
        {
            Instance = instance,
            ClusterId = clusterId(),
            NamespaceLabels = await NamespaceLabelsAsync(@namespace, cancellationToken).ConfigureAwait(false),
            Served = served,
            Suspending = Suspending(instance),
            Verdict = Verdict(instance),
            Memory = memory,
        };
        if (instance.Spec.Release is not { Name.Length: > 0 } release)
            return observed with { Release = served.HelmRelease && instance.Status.HelmReleaseRef is { } known ? stores.Releases.Store.Get(new(@namespace, known.Name)) : null };
        observed = observed with
        {
            Release = served.HelmRelease ? await FindAsync(FluxResources.HelmReleases, stores.Releases, new(@namespace, release.Name), cancellationToken).ConfigureAwait(false) : null,
        };
        if (instance.Spec.IsPlaceholder || instance.Spec.Chart is not { } chart) return observed;
        ObjectKey sourceKey = new(@namespace, ChildMetadata.SourceName(release.Name));
        bool oci = chart.SourceType == ChartSourceType.Oci;
        return observed with
        {
            Source = served.Source(chart.SourceType)
                ? await FindAsync(FluxResources.Source(chart.SourceType), stores.Sources(chart.SourceType), sourceKey, cancellationToken).ConfigureAwait(false)
                : null,
            Chart = !oci && FluxReading.WaitsForSource(observed.Release) ? await ChartAsync(new(@namespace, ChildMetadata.HelmChartName(@namespace, release.Name)), cancellationToken).ConfigureAwait(false) : null,
            OtherSource = await OtherSourceAsync(instance, chart, served, sourceKey, cancellationToken).ConfigureAwait(false),
            Values = await _values.ReadAsync(instance, cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>What matters of the running application; read only where the release has come far enough for it to matter.</summary>
    public async Task<Surroundings> LookAroundAsync(Observation observed, IReadOnlyList<string> failedChecks, CancellationToken cancellationToken)
    {
        ApplicationInstance instance = observed.Instance;
        if (instance.Spec.IsPlaceholder || instance.Spec.Release is null || !Ownership.IsOurs(instance, observed.Release)) return Surroundings.Nothing;
        ReleaseState state = FluxReading.Read(observed.Release, observed.Source, instance, observed.Chart).Release;
        bool ready = state == ReleaseState.Ready;
        if (state == ReleaseState.NotObserved) return Surroundings.Nothing;
        bool running = ready || state == ReleaseState.Working;
        ApplicationIntegrations? integrations = instance.Spec.Integrations;
        return new()
        {
            WaitingCertificates = running && integrations?.CertManager is { Enabled: true } && observed.Served.CertManager
                ? await WaitingCertificatesAsync(instance, cancellationToken).ConfigureAwait(false)
                : null,
            WaitingSecrets = integrations?.ExternalSecrets is { Enabled: true } && observed.Served.ExternalSecrets
                ? await WaitingSecretsAsync(instance, cancellationToken).ConfigureAwait(false)
                : null,
            Ingresses = ready ? Ingresses(instance) : null,
            FailedChecks = ready ? failedChecks : [],
        };
    }

    /// <summary>True when an instance is still marked as suspended by an Operation that has ended or gone.</summary>
    public bool HasLeftoverSuspension(ApplicationInstance instance) => Suspending(instance).State == SuspendingState.Over;

    private async Task<IReadOnlyDictionary<string, string>?> NamespaceLabelsAsync(string name, CancellationToken cancellationToken)
    {
        ObjectKey key = ObjectKey.ClusterScoped(name);
        if (stores.Namespaces.Get(key) is { } known) return known.Metadata.Labels;
        ApiResult<PartialObject> answer = await client.GetAsync(FluxResources.Namespaces, key, cancellationToken).ConfigureAwait(false);
        return answer.TryGet(out PartialObject? found, out KubernetesError? error) ? found.Metadata.Labels
            : error.IsNotFound || error.IsForbidden ? null
            : throw new KubernetesApiException(error);
    }

    private ServedKinds Served() => new(
        kinds.IsServed(FluxResources.HelmReleases.Kind),
        kinds.IsServed(FluxResources.HelmRepositories.Kind),
        kinds.IsServed(FluxResources.OciRepositories.Kind),
        kinds.IsServed(FluxResources.Certificates.Kind),
        kinds.IsServed(FluxResources.ExternalSecrets.Kind) || kinds.IsServed(FluxResources.ExternalSecretsBeta.Kind));

    private ChartVersionVerdict Verdict(ApplicationInstance instance) =>
        ChartVersionQuestion.Of(instance) is { } question ? policy.Judge(question) : ChartVersionVerdict.Unobjectionable;

    private SuspendingOperation Suspending(ApplicationInstance instance)
    {
        if (!instance.Metadata.Annotations.TryGetValue(Annotations.SuspendedByOperation, out string? uid) || string.IsNullOrWhiteSpace(uid)) return SuspendingOperation.None;
        Operation? operation = stores.Operations.ByIndex(Stores.ByUid, uid.Trim()).FirstOrDefault();
        bool active = operation is not null && !OperationPhase.IsTerminal(operation.Status.Phase);
        return new(active ? SuspendingState.Active : SuspendingState.Over, uid.Trim(), operation?.Metadata.Name ?? string.Empty);
    }

    // The store holds only what carries our label. Before something is created, a look at the server tells whether the name is taken.
    private async Task<T?> FindAsync<T>(KubernetesResource<T> resource, IInformer<T> informer, ObjectKey key, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        if (informer.Store.Get(key) is { } known) return known;
        ApiResult<T> answer = await client.GetAsync(resource, key, cancellationToken).ConfigureAwait(false);
        return answer.Error is { IsForbidden: true } ? null : answer.ValueOrNullIfNotFound();
    }

    // Not watched: it matters only while a release cannot be made, and then every look of the instance comes here. 403 means "not observed".
    private async Task<ChartSource?> ChartAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        ApiResult<ChartSource> answer = await client.GetAsync(FluxResources.HelmCharts, key, cancellationToken).ConfigureAwait(false);
        return answer.Error is { IsForbidden: true } ? null : answer.ValueOrNullIfNotFound();
    }

    // Left from a source type that the spec has moved on from. Only ours matters, so the store is enough where the namespace is watched.
    private async Task<ChartSource?> OtherSourceAsync(ApplicationInstance instance, ChartReference chart, ServedKinds served, ObjectKey key, CancellationToken cancellationToken)
    {
        string other = chart.SourceType == ChartSourceType.Oci ? ChartSourceType.Helm : ChartSourceType.Oci;
        INamespacedInformer<ChartSource> informer = stores.Sources(other);
        if (informer.HasSyncedIn(key.Namespace)) return informer.Store.Get(key);
        // What was applied last is not known when a process died before it could say so.
        bool possible = instance.Status.LastAppliedChart is { } last ? last.SourceType == other : instance.Metadata.Generation > 1;
        return possible && served.Source(other) ? await FindAsync(FluxResources.Source(other), informer, key, cancellationToken).ConfigureAwait(false) : null;
    }

    private async Task<IReadOnlyList<string>?> WaitingCertificatesAsync(ApplicationInstance instance, CancellationToken cancellationToken)
    {
        IReadOnlyList<ConditionedObject>? certificates = await OfReleaseAsync(FluxResources.Certificates, stores.Certificates, instance, cancellationToken).ConfigureAwait(false);
        return certificates?.Where(c => !c.Status.Conditions.IsTrue("Ready")).Select(c => c.Metadata.Name ?? string.Empty).Order(StringComparer.Ordinal).ToList();
    }

    private async Task<IReadOnlyList<WaitingExternalSecret>?> WaitingSecretsAsync(ApplicationInstance instance, CancellationToken cancellationToken)
    {
        IReadOnlyList<ExternalSecret>? secrets = kinds.IsServed(FluxResources.ExternalSecrets.Kind)
            ? await OfReleaseAsync(FluxResources.ExternalSecrets, stores.ExternalSecrets, instance, cancellationToken).ConfigureAwait(false)
            : await OfReleaseAsync(FluxResources.ExternalSecretsBeta, stores.ExternalSecretsBeta, instance, cancellationToken).ConfigureAwait(false);
        if (secrets is null) return null;
        var waiting = new List<WaitingExternalSecret>();
        foreach (ExternalSecret secret in secrets.Where(s => !s.Status.Conditions.IsTrue("Ready")).OrderBy(s => s.Metadata.Name, StringComparer.Ordinal))
        {
            ApiResult<PartialObject> target = await client.GetAsync(
                FluxResources.Secrets.As(KubernetesJson.Default.PartialObject), new(instance.Metadata.Namespace!, secret.TargetName), cancellationToken).ConfigureAwait(false);
            string detail = Redactor.Copied(secret.Status.Conditions.Find("Ready")?.Message);
            waiting.Add(new(secret.Metadata.Name ?? string.Empty, detail, target.Error is { IsNotFound: true } ? secret.TargetName : null));
        }

        return waiting;
    }

    // From the watch or not at all: what a namespace brings when it has listed queues the instance again.
    private IReadOnlyList<Ingress>? Ingresses(ApplicationInstance instance)
    {
        string @namespace = instance.Metadata.Namespace ?? string.Empty, release = instance.Spec.Release!.Name;
        if (!stores.Ingresses.HasSyncedIn(@namespace)) return null;
        IReadOnlyList<Ingress> all = stores.Ingresses.StoreOf(@namespace).ByIndex(Stores.OfRelease, release);
        List<Ingress> byChart = [.. all.Where(i => i.Metadata.Labels.TryGetValue(Labels.HelmInstance, out string? name) && name == release)];
        return byChart.Count > 0 ? byChart : all;
    }

    // 403 and 404 mean "not observed": the operator may read these kinds only where it was allowed to.
    private async Task<IReadOnlyList<T>?> OfReleaseAsync<T>(KubernetesResource<T> resource, INamespacedInformer<T> informer, ApplicationInstance instance, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        string @namespace = instance.Metadata.Namespace ?? string.Empty, release = instance.Spec.Release!.Name;
        if (informer.HasSyncedIn(@namespace)) return informer.StoreOf(@namespace).ByIndex(Stores.OfRelease, release);
        ApiResult<ObjectPage<T>> answer = await client.ListAsync(resource, @namespace, new() { LabelSelector = $"{Labels.HelmInstance}={release}" }, cancellationToken).ConfigureAwait(false);
        if (answer.TryGet(out ObjectPage<T>? page, out KubernetesError? error)) return page.Items;
        return error.IsForbidden || error.IsNotFound ? null : throw new KubernetesApiException(error);
    }
}
