using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using VWorkspace.Api;
using VWorkspace.Apps.Acting;
using VWorkspace.Apps.Flux;
using VWorkspace.Apps.Observing;
using VWorkspace.Apps.Probing;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps;

/// <summary>What the ApplicationInstance controller takes from its surroundings beside the manager.</summary>
public sealed record ApplicationInstanceServices
{
    /// <summary>Takes reports for the control plane. Default: nobody.</summary>
    public IEventSink Sink { get; init; } = NoEventSink.Instance;

    /// <summary>Registered identity of the cluster, or null before the registration. Asked in every pass.</summary>
    public Func<string?> ClusterId { get; init; } = static () => null;

    /// <summary>Version policy of the catalog. Default: everything is admitted.</summary>
    public IChartVersionPolicy VersionPolicy { get; init; } = NoChartVersionPolicy.Instance;

    /// <summary>Which addresses readiness checks may reach. Default: everything but loopback, link-local, unspecified and multicast addresses.</summary>
    internal Func<IPAddress, bool> IsProbeAllowed { get; init; } = ProbeAddresses.IsAllowed;

    /// <summary>Given the readiness checks that run beside the controller; for tests that wait until these rest too.</summary>
    internal Action<ReadinessProber>? OnProber { get; init; }

    /// <summary>Randomness of the spread of routine passes; null for a seed of its own.</summary>
    public Random? Random { get; init; }
}

/// <summary>Registers the controller of ApplicationInstances.</summary>
public static class ApplicationInstanceController
{
    /// <summary>Name of the controller in metrics and logs.</summary>
    public const string Name = "applicationinstance";

    /// <summary>Kinds whose coming and going matters to instances.</summary>
    private static readonly HashSet<GroupVersionKind> Dependencies =
    [
        FluxResources.HelmReleases.Kind, FluxResources.HelmRepositories.Kind, FluxResources.OciRepositories.Kind,
        FluxResources.Certificates.Kind, FluxResources.ExternalSecrets.Kind, FluxResources.ExternalSecretsBeta.Kind,
    ];

    /// <summary>Adds the controller to a manager that has not been started.</summary>
    /// <param name="manager">The manager.</param>
    /// <param name="options">Settings.</param>
    /// <param name="services">Surroundings; null for defaults.</param>
    /// <exception cref="ArgumentException">A setting is invalid; the message names it.</exception>
    public static void AddTo(IControllerManager manager, AppsOptions options, ApplicationInstanceServices? services = null)
    {
        ArgumentNullException.ThrowIfNull(manager);
        ArgumentNullException.ThrowIfNull(options);
        IReadOnlyList<string> faults = options.Validate();
        if (faults.Count > 0) throw new ArgumentException($"settings of the {Name} controller: {string.Join("; ", faults)}", nameof(options));
        services ??= new();
        Stores stores = Stores.Open(manager.Cache);
        IObjectStore<ApplicationInstance> instances = stores.Instances;

        var watches = new ChildWatches(stores, manager.Kinds, options.NamespaceGate, manager.Clock);
        _ = manager.Cache.Informer(ApiResources.ApplicationInstances).Subscribe(watches);
        _ = manager.Cache.Informer(FluxResources.Namespaces, optional: true).Subscribe(watches);
        IControllerBuilder builder = manager.AddController(Name)
            .For(ApiResources.ApplicationInstances, InstanceChanges.Matter)
            .Watches(stores.Releases, release => ParentOf(instances, release))
            .Watches(stores.OciRepositories, source => ParentOf(instances, source))
            .Watches(stores.HelmRepositories, source => ParentOf(instances, source))
            .Watches(stores.Ingresses, ingress => WhoseRelease(instances, ingress), InstanceChanges.IngressMatters)
            .Watches(stores.Certificates, certificate => WhoseRelease(instances, certificate))
            .Watches(stores.ExternalSecrets, secret => WhoseRelease(instances, secret))
            .Watches(stores.ExternalSecretsBeta, secret => WhoseRelease(instances, secret))
            .Watches(FluxResources.Namespaces, ns => instances.List(ns.Metadata.Name).Select(i => ObjectKey.Of(i)), predicate: InstanceChanges.NamespaceMatters)
            .Watches(ApiResources.Operations, TargetOf, predicate: InstanceChanges.OperationMatters)
            .StartsAfter(watches.PrepareAsync)
            .Triggered(out Action<ObjectKey> trigger)
            .With(new()
            {
                MaxConcurrentReconciles = options.MaxConcurrentReconciles,
                ReconcileTimeout = options.ReconcileTimeout,
                BackoffBase = TimeSpan.FromMilliseconds(500),
                BackoffMax = TimeSpan.FromMinutes(5),
                BackoffJitter = 0.1,
                LogField = static key => new("application_instance", key.Name),
            });
        manager.Kinds.OnChanged((kind, served) =>
        {
            if (!Dependencies.Contains(kind)) return;
            foreach (ApplicationInstance instance in instances.List())
                if (!served || instance.Metadata.IsBeingDeleted || WaitsForDependency(instance)) trigger(ObjectKey.Of(instance));
        });
        if (services.VersionPolicy is CatalogPolicy policy) manager.AddWorker("catalog-policy", token => policy.FollowAsync(instances, trigger, token));
        var prober = new ReadinessProber(new ProbeRunner(services.IsProbeAllowed, manager.Clock), trigger, manager.Clock);
        services.OnProber?.Invoke(prober);
        manager.AddWorker("readiness-checks", prober.RunAsync);
        builder.Reconcile(Compose(manager, stores, options, services, prober));
    }

    private static bool WaitsForDependency(ApplicationInstance instance) =>
        instance.Status.Conditions.Find(ApplicationConditions.Blocked) is { IsTrue: true, Reason: ApplicationReasons.MissingDependencies };

    private static ApplicationInstanceReconciler Compose(
        IControllerManager manager, Stores stores, AppsOptions options, ApplicationInstanceServices services, IReadinessChecks checks)
    {
        ILoggerFactory logging = manager.Logging;
        var publisher = new TransitionPublisher(manager.Events, services.Sink, manager.Clock, new AppsMetrics(), logging.CreateLogger<TransitionPublisher>());
        var statusWriter = new StatusWriter(manager.Client, manager.Clock);
        return new(
            manager.Client,
            stores,
            new Observer(manager.Client, stores, manager.Kinds, services.VersionPolicy, services.ClusterId),
            new ChildWriter(manager.Client, logging.CreateLogger<ChildWriter>()),
            statusWriter,
            new DeletionPass(manager.Client, stores, manager.Kinds, statusWriter, publisher, options, logging.CreateLogger<DeletionPass>()),
            publisher,
            checks,
            options,
            manager.Clock,
            services.Random ?? new Random(RandomNumberGenerator.GetInt32(int.MaxValue)));
    }

    private static IEnumerable<ObjectKey> ParentOf(IObjectStore<ApplicationInstance> instances, IKubernetesObject child)
    {
        if (child.Metadata.Controller is { } owner && owner.Kind == ApiResources.ApplicationInstances.Kind.Kind)
        {
            var key = new ObjectKey(child.Metadata.Namespace ?? string.Empty, owner.Name);
            if (instances.Get(key)?.Metadata.Uid == owner.Uid) yield return key;
            yield break;
        }

        if (!child.Metadata.Labels.TryGetValue(Labels.ApplicationInstance, out string? label)) yield break;
        foreach (ApplicationInstance instance in instances.ByIndex(Stores.ByLabel, $"{child.Metadata.Namespace}/{label}")) yield return ObjectKey.Of(instance);
    }

    private static IEnumerable<ObjectKey> WhoseRelease(IObjectStore<ApplicationInstance> instances, IKubernetesObject made)
    {
        foreach (string release in Stores.ReleasesOf(made))
            foreach (ApplicationInstance instance in instances.ByIndex(Stores.ByRelease, $"{made.Metadata.Namespace}/{release}")) yield return ObjectKey.Of(instance);
    }

    private static IEnumerable<ObjectKey> TargetOf(Operation operation) =>
        operation.Spec.TargetRef is { Name.Length: > 0 } target ? [new(operation.Metadata.Namespace ?? string.Empty, target.Name)] : [];
}
