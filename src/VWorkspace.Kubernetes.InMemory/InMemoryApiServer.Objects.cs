using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Authorization;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Hosting;
using VWorkspace.Kubernetes.InMemory.Http;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;
using VWorkspace.Kubernetes.InMemory.Storage;
using VWorkspace.Kubernetes.Yaml;

namespace VWorkspace.Kubernetes.InMemory;

/// <summary>Looking at and changing objects without a client, for tests. Writes go through the same rules as requests; refusals are thrown with the server's message.</summary>
public sealed partial class InMemoryApiServer
{
    /// <summary>An object as it is now, or null. A copy: changing it changes nothing.</summary>
    public JsonObject? Find(string apiVersion, string kind, string? ns, string name)
    {
        var type = TypeOf(apiVersion, kind);
        return _core.Store.Find(type.StorageKey, type.Namespaced ? ns ?? "" : "", name) is { } stored ? ObjectReader.View(type, stored).Node.Copy() : null;
    }

    /// <summary>An object as it is now.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public JsonObject Get(string apiVersion, string kind, string? ns, string name) =>
        Find(apiVersion, kind, ns, name) ?? throw new KeyNotFoundException($"{kind} {ns}/{name} does not exist.");

    /// <summary>All objects of a kind, in one namespace or (null) in all, in the order of lists. Copies.</summary>
    public IReadOnlyList<JsonObject> List(string apiVersion, string kind, string? ns = null)
    {
        var type = TypeOf(apiVersion, kind);
        return [.. _core.Store.Read(type.StorageKey).Objects.Where(o => ns is null || o.Namespace == ns).Select(o => ObjectReader.View(type, o).Node.Copy())];
    }

    /// <summary>How many objects of a kind there are.</summary>
    public int Count(string apiVersion, string kind, string? ns = null)
    {
        var objects = _core.Store.Read(TypeOf(apiVersion, kind).StorageKey).Objects;
        return ns is null ? objects.Count : objects.Count(o => o.Namespace == ns);
    }

    /// <summary>Creates an object, as the admin.</summary>
    public async Task<JsonObject> CreateAsync(JsonObject obj, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(obj);
        var type = TypeOf(obj);
        var options = AdminOptions();
        var body = BodyReader.Decode(type, obj.Copy(), options);
        return (await Run(() => _core.Writer.CreateAsync(type, NamespaceOf(type, obj), body, options, ct)).ConfigureAwait(false)).Object.Copy();
    }

    /// <summary>Creates objects from YAML or JSON of one or more documents; objects that exist are merged with what is given.</summary>
    public async Task<IReadOnlyList<JsonObject>> ApplyYamlAsync(string yaml, CancellationToken ct = default)
    {
        var results = new List<JsonObject>();
        foreach (var obj in KubernetesYaml.ParseObjects(yaml)) results.Add(await ApplyAsync(obj, "test", ct).ConfigureAwait(false));
        return results;
    }

    /// <summary>Server-side apply with force.</summary>
    public async Task<JsonObject> ApplyAsync(JsonObject obj, string fieldManager = "test", CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(obj);
        var type = TypeOf(obj);
        var options = AdminOptions() with { FieldManager = fieldManager, Force = true };
        var source = new UpdateSource
        {
            Change = live => _core.Ownership.Apply(type, live, obj, "", options),
            MakeNew = () => _core.Ownership.Apply(type, null, obj, "", options),
            CreatesMissing = true,
            IsPatch = true,
            TracksOwnership = true,
        };
        return (await Run(() => _core.Writer.UpdateAsync(type, NamespaceOf(type, obj), obj.Name(), "", source, options, ct)).ConfigureAwait(false)).Object.Copy();
    }

    /// <summary>Changes an object by a function, retrying until no other writer interferes. With <paramref name="subresource"/> <c>status</c> only the status changes.</summary>
    public async Task<JsonObject> UpdateAsync(string apiVersion, string kind, string? ns, string name, Action<JsonObject> change, string subresource = "", CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        var type = TypeOf(apiVersion, kind);
        var options = AdminOptions();
        var source = new UpdateSource
        {
            Change = live =>
            {
                var copy = live.Copy();
                change(copy);
                BodyReader.Coerce(type, copy, options);
                return copy;
            },
            IsPatch = true,
        };
        var sub = type.FindSubresource(subresource) is null ? "" : subresource;
        return (await Run(() => _core.Writer.UpdateAsync(type, type.Namespaced ? ns ?? "" : "", name, sub, source, options, ct)).ConfigureAwait(false)).Object.Copy();
    }

    /// <summary>Changes the status of an object by a function; of kinds without a status subresource the object itself is changed.</summary>
    public Task<JsonObject> UpdateStatusAsync(string apiVersion, string kind, string? ns, string name, Action<JsonObject> change, CancellationToken ct = default) =>
        UpdateAsync(apiVersion, kind, ns, name, change, "status", ct);

    /// <summary>Deletes an object. False when there was none.</summary>
    public async Task<bool> DeleteAsync(string apiVersion, string kind, string? ns, string name, CancellationToken ct = default)
    {
        var type = TypeOf(apiVersion, kind);
        try
        {
            await _core.Deleter.DeleteAsync(type, type.Namespaced ? ns ?? "" : "", name, new DeleteRequest(), AdminOptions(), ct).ConfigureAwait(false);
            return true;
        }
        catch (StatusException e) when (e.Code == 404)
        {
            return false;
        }
        catch (StatusException e)
        {
            throw new InvalidOperationException(e.Message, e);
        }
    }

    /// <summary>Waits until an object (null while it does not exist) satisfies a condition, which is asked at once and after each change.</summary>
    /// <exception cref="TimeoutException">The condition did not hold in time; the message has the last state, without the values of Secrets.</exception>
    public async Task<JsonObject?> WaitForAsync(string apiVersion, string kind, string? ns, string name, Func<JsonObject?, bool> condition, TimeSpan? timeout = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var type = TypeOf(apiVersion, kind);
        var key = StoredObject.MakeKey(type.Namespaced ? ns ?? "" : "", name);
        using var expiry = new CancellationTokenSource(timeout ?? TimeSpan.FromSeconds(30));
        using var both = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, ct);
        try
        {
            while (true)
            {
                var watch = _core.Store.Watch(type.StorageKey, type.Namespaced ? ns ?? "" : "", null);
                await using var onCancelled = both.Token.UnsafeRegister(static s => ((StoreSubscription)s!).Signal(), watch.Subscription).ConfigureAwait(false);
                try
                {
                    while (true)
                    {
                        while (watch.Subscription!.TryRead(out _))
                        {
                            // Only the present state counts; what led to it does not.
                        }

                        var current = _core.Store.Table(type.StorageKey).Find(key) is { } stored ? ObjectReader.View(type, stored).Node.Copy() : null;
                        if (condition(current)) return current;
                        both.Token.ThrowIfCancellationRequested();
                        if (watch.Subscription.IsEnded) break;
                        await watch.Subscription.WaitAsync().ConfigureAwait(false);
                    }
                }
                finally
                {
                    _core.Store.Unsubscribe(type.StorageKey, watch.Subscription!);
                }
            }
        }
        catch (OperationCanceledException e) when (expiry.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            var last = kind == "Secret" ? "(not shown)" : Find(apiVersion, kind, ns, name)?.ToJsonString() ?? "(absent)";
            throw new TimeoutException($"{kind} {key} did not reach the state waited for. Last state: {last}", e);
        }
    }

    /// <summary>Waits until the controllers of this server (garbage collection, namespaces) have dealt with all changes so far.</summary>
    public async Task SettleAsync(CancellationToken ct = default)
    {
        while (!_core.Controllers.IsIdle)
        {
            ct.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>Makes a user known and answers its bearer token. What it may do is a matter of RBAC.</summary>
    public string AddUser(string name, params IEnumerable<string> groups)
    {
        var token = System.Buffers.Text.Base64Url.EncodeToString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));
        _authenticator.Add(token, new UserInfo(name, "", [.. groups, "system:authenticated"]));
        return token;
    }

    /// <summary>Issues a token of a service account, which must exist.</summary>
    public string CreateServiceAccountToken(string ns, string name, TimeSpan? lifetime = null)
    {
        var account = _core.Store.Find("serviceaccounts", ns, name) ?? throw new KeyNotFoundException($"ServiceAccount {ns}/{name} does not exist.");
        return _core.Tokens.Issue(account, lifetime ?? TimeSpan.FromHours(1), [], _core.Names.Uid()).Token;
    }

    /// <summary>A kubeconfig for a bearer token, as YAML.</summary>
    public string KubeconfigFor(string token, string context = "in-memory") => KubeconfigText.Build(Uri, CaCertificatePem, token, context);

    private static async Task<WriteResult> Run(Func<Task<WriteResult>> write)
    {
        try
        {
            return await write().ConfigureAwait(false);
        }
        catch (StatusException e)
        {
            throw new InvalidOperationException(e.Message, e);
        }
    }

    private static WriteParameters AdminOptions() => new() { User = new UserInfo("admin", "admin-uid", ["system:masters", "system:authenticated"]), FieldManager = "in-process", FieldValidation = FieldValidation.Ignore };

    private ResourceType TypeOf(JsonObject obj) => TypeOf(obj.Text("apiVersion") ?? "", obj.Text("kind") ?? "");

    private ResourceType TypeOf(string apiVersion, string kind) =>
        _core.Registry.FindKind(apiVersion, kind) ?? throw new ArgumentException($"No resource of kind {kind} is served in {apiVersion}.");

    private static string NamespaceOf(ResourceType type, JsonObject obj) => !type.Namespaced ? "" : obj.Namespace() is { Length: > 0 } ns ? ns : "default";
}
