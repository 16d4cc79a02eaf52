using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Admission;
using VWorkspace.Kubernetes.InMemory.Authorization;
using VWorkspace.Kubernetes.InMemory.Builtins;
using VWorkspace.Kubernetes.InMemory.Crds;
using VWorkspace.Kubernetes.InMemory.Discovery;
using VWorkspace.Kubernetes.InMemory.Http;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;
using VWorkspace.Kubernetes.InMemory.Storage;
using VWorkspace.Kubernetes.InMemory.Watching;

namespace VWorkspace.Kubernetes.InMemory;

/// <summary>The server without its sockets: what survives a restart of the listener.</summary>
internal sealed class ApiCore
{
    public ApiCore(InMemoryApiServerOptions options)
    {
        Options = options;
        Time = options.TimeProvider;
        Names = new RandomNames(options.Random);
        Store = new ObjectStore(options.HistoryPerResource, options.WatchBuffer);
        Registry = new ResourceRegistry(BuiltinCatalog.Types);
        foreach (var type in BuiltinCatalog.Types) Store.Table(type.StorageKey);
        Authorizer = new RbacAuthorizer(Store, options.Rbac);
        Tokens = new ServiceAccountTokens(Store, Time);
        OpenApi = new OpenApiDocuments(Registry);
        Ownership = new FieldOwnership(Time);
        Admission = new AdmissionChain(Store);
        Writer = new ResourceWriter(Store, Admission, Ownership, Time, Names);
        Deleter = new ResourceDeleter(Store, Admission, Time);
        Lists = new ListReader(Store);
        Watches = new WatchStreamer(Store, Time, Names, options.BookmarkInterval);
        Crds = new CrdController(this);
        Store.Committed = OnCommitted;
    }

    public InMemoryApiServerOptions Options { get; }

    public TimeProvider Time { get; }

    public RandomNames Names { get; }

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

    /// <summary>The objects that every cluster has from the start.</summary>
    public async Task BootstrapAsync(CancellationToken ct)
    {
        var namespaces = Registry.Find("", "v1", "namespaces")!;
        var options = new WriteParameters { User = SystemUser, FieldManager = "kube-apiserver" };
        foreach (var name in (IReadOnlyList<string>)["default", "kube-node-lease", "kube-public", "kube-system"])
        {
            var obj = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = name } };
            await Writer.CreateAsync(namespaces, "", BodyReader.Decode(namespaces, obj, options), options, ct).ConfigureAwait(false);
        }
    }

    /// <summary>The server itself.</summary>
    public static UserInfo SystemUser { get; } = new("system:apiserver", "", ["system:masters"]);

    private void OnCommitted(string key, StoreEvent change)
    {
        if (key == CrdController.StorageKey) Crds.OnChange(change);
    }
}
