using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using VWorkspace.Kubernetes.InMemory.Admission;
using VWorkspace.Kubernetes.InMemory.Authorization;
using VWorkspace.Kubernetes.InMemory.Builtins;
using VWorkspace.Kubernetes.InMemory.Builtins.Pods;
using VWorkspace.Kubernetes.InMemory.Crds;
using VWorkspace.Kubernetes.InMemory.Discovery;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.GarbageCollection;
using VWorkspace.Kubernetes.InMemory.Http;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;
using VWorkspace.Kubernetes.InMemory.Storage;
using VWorkspace.Kubernetes.InMemory.Watching;

namespace VWorkspace.Kubernetes.InMemory;

/// <summary>The server without its sockets: what survives a restart of the listener.</summary>
internal sealed class ApiCore : IAsyncDisposable
{
    private readonly WebhookClient _webhooks;

    public ApiCore(InMemoryApiServerOptions options)
    {
        Options = options;
        Time = options.TimeProvider;
        // A source for each purpose: how many objects are made must not change which requests a fault hits.
        Faults = new FaultPlan(new Random(options.Random.Next()));
        var watchTimes = new RandomNames(new Random(options.Random.Next()));
        Names = new RandomNames(options.Random);
        Requests = new RequestLog(options.RequestLogSize);
        Store = new ObjectStore(options.HistoryPerResource, options.WatchBuffer);
        Registry = new ResourceRegistry(BuiltinCatalog.Types);
        foreach (var type in BuiltinCatalog.Types) Store.Table(type.StorageKey);
        Authorizer = new RbacAuthorizer(Store, options.Rbac);
        Tokens = new ServiceAccountTokens(Store, Time);
        OpenApi = new OpenApiDocuments(Registry);
        _webhooks = new WebhookClient(Time, options.ResolveWebhookService);
        Ownership = new FieldOwnership(Time);
        Admission = new AdmissionChain(Store, new WebhookDispatcher(Store, Names, _webhooks));
        Writer = new ResourceWriter(Store, Admission, Ownership, Time, Names);
        Deleter = new ResourceDeleter(Store, Admission, Time);
        Lists = new ListReader(Store);
        Watches = new WatchStreamer(Store, Time, watchTimes, options.BookmarkInterval);
        Crds = new CrdController(this);
        Controllers = new ClusterControllers(this, (options.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger<ClusterControllers>());
        Special.Scale = new ScaleOperations(this).HandleAsync;
        Special.Add("namespaces", "finalize", FinalizeNamespaceAsync);
        new PodOperations(this).Register(Special);
        Store.Committed = OnCommitted;
    }

    public InMemoryApiServerOptions Options { get; }

    public TimeProvider Time { get; }

    public RandomNames Names { get; }

    public FaultPlan Faults { get; }

    public RequestLog Requests { get; }

    public ObjectStore Store { get; }

    public ResourceRegistry Registry { get; }

    public RbacAuthorizer Authorizer { get; }

    public ServiceAccountTokens Tokens { get; }

    public OpenApiDocuments OpenApi { get; }

    public FieldOwnership Ownership { get; }

    public AdmissionChain Admission { get; }

    public ResourceWriter Writer { get; }

    public ResourceDeleter Deleter { get; }

    public ListReader Lists { get; }

    public WatchStreamer Watches { get; }

    public SpecialOperations Special { get; } = new();

    public CrdController Crds { get; }

    public ClusterControllers Controllers { get; }

    public async ValueTask DisposeAsync()
    {
        await Controllers.DisposeAsync().ConfigureAwait(false);
        _webhooks.Dispose();
    }

    /// <summary>A core with the objects that every cluster has from the start.</summary>
    public static async Task<ApiCore> CreateAsync(InMemoryApiServerOptions options, CancellationToken ct)
    {
        var core = new ApiCore(options);
        try
        {
            await core.BootstrapAsync(ct).ConfigureAwait(false);
            return core;
        }
        catch
        {
            await core.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The objects that every cluster has from the start.</summary>
    public async Task BootstrapAsync(CancellationToken ct)
    {
        var options = new WriteParameters { User = SystemUser, FieldManager = "kube-apiserver" };
        var namespaces = ((IEnumerable<string>)["default", "kube-node-lease", "kube-public", "kube-system"])
            .Select(name => new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = name } });
        foreach (var obj in namespaces.Concat(SystemPriorityClasses()).Concat(Options.Rbac ? BootstrapPolicy.Objects() : []))
        {
            var type = Registry.FindKind(obj["apiVersion"]!.GetValue<string>(), obj["kind"]!.GetValue<string>())!;
            await Writer.CreateAsync(type, "", BodyReader.Decode(type, obj, options), options, ct).ConfigureAwait(false);
        }
    }

    private static IEnumerable<JsonObject> SystemPriorityClasses()
    {
        yield return Class("system-node-critical", 2000001000, "Used for system critical pods that must not be moved from their current node.");
        yield return Class("system-cluster-critical", 2000000000, "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.");

        static JsonObject Class(string name, int value, string description) =>
            new() { ["apiVersion"] = "scheduling.k8s.io/v1", ["kind"] = "PriorityClass", ["metadata"] = new JsonObject { ["name"] = name }, ["value"] = value, ["description"] = description };
    }

    /// <summary>The server itself.</summary>
    public static UserInfo SystemUser { get; } = new("system:apiserver", "", ["system:masters"]);

    private Task<WriteResult> FinalizeNamespaceAsync(SpecialRequest request, CancellationToken ct)
    {
        var body = BodyReader.Decode(request.Type, request.Body, request.MediaType, request.Options);
        var source = new UpdateSource { Change = _ => body.Copy(), Uid = body.Uid() };
        return Writer.UpdateAsync(request.Type, "", request.Name, "finalize", source, request.Options, ct);
    }

    private void OnCommitted(string key, StoreEvent change)
    {
        Controllers.Offer(key, change);
        if (change.Type == StoreEventType.Deleted) Crds.FinishCleanUp(key);
        if (key == CrdController.StorageKey) Crds.OnChange(change);
    }
}
