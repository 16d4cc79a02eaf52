using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime.Tests;

/// <summary>What a client asked for.</summary>
internal sealed record FakeRequest(string Verb, string Plural, string? Namespace, string? Name, JsonNode? Body = null, WatchOptions? Watch = null, ListOptions? List = null);

/// <summary>
/// The least of an API server behind <see cref="IKubernetesClient"/>: objects, versions, watches, a fault before every request.
/// For unit tests that need virtual time; the real protocol is tested on the in-memory API server.
/// </summary>
internal sealed class FakeCluster : IKubernetesClient
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Plural, ObjectKey Key), JsonObject> _objects = [];
    private readonly List<(int Version, string Plural, string Type, JsonObject Object)> _history = [];
    private readonly List<(string Plural, Channel<(string Type, JsonObject Object)> Channel)> _watches = [];
    private readonly Dictionary<GroupVersionKind, string> _kinds = [];
    private int _version = 100;
    private int _uid;

    /// <summary>Called before every request; a returned error is the answer, an exception is thrown, a delay delays.</summary>
    public Func<FakeRequest, CancellationToken, Task<KubernetesError?>> Before { get; set; } = static (_, _) => Task.FromResult<KubernetesError?>(null);

    public List<FakeRequest> Requests { get; } = [];

    public bool SupportsStreaming { get; set; } = true;

    /// <summary>Writes reach watches only when this is open; lets tests look at a store that is behind.</summary>
    public bool HoldWatches { get; set; }

    public string DefaultNamespace => "default";

    public int Version => _version;

    public static KubernetesError Error(int code, string reason, string message = "refused") => new(new KubernetesStatus { Code = code, Reason = reason, Message = message });

    public void Serve(KubernetesResource resource)
    {
        lock (_gate) _kinds[resource.Kind] = resource.Plural;
    }

    public void Unserve(KubernetesResource resource)
    {
        lock (_gate) _kinds.Remove(resource.Kind);
        CutWatches(resource.Plural);
    }

    /// <summary>Somebody else writes.</summary>
    public JsonObject Put(KubernetesResource resource, string @namespace, string name, Action<JsonObject>? change = null)
    {
        lock (_gate)
        {
            var key = new ObjectKey(@namespace, name);
            bool exists = _objects.TryGetValue((resource.Plural, key), out JsonObject? old);
            JsonObject obj = exists ? (JsonObject)old!.DeepClone() : new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } };
            if (@namespace.Length > 0) obj["metadata"]!["namespace"] = @namespace;
            change?.Invoke(obj);
            return Store(resource.Plural, key, obj, exists ? "MODIFIED" : "ADDED");
        }
    }

    public void Remove(KubernetesResource resource, string @namespace, string name)
    {
        lock (_gate) RemoveLocked(resource.Plural, new(@namespace, name));
    }

    public JsonObject? Find(KubernetesResource resource, string @namespace, string name)
    {
        lock (_gate) return (JsonObject?)_objects.GetValueOrDefault((resource.Plural, new(@namespace, name)))?.DeepClone();
    }

    public int CountOf(KubernetesResource resource)
    {
        lock (_gate) return _objects.Keys.Count(key => key.Plural == resource.Plural);
    }

    /// <summary>Watches that nobody has closed.</summary>
    public int OpenWatches
    {
        get
        {
            lock (_gate) return _watches.Count;
        }
    }

    /// <summary>Forgets the history: watches from older versions get 410.</summary>
    public void Compact()
    {
        lock (_gate) _history.Clear();
    }

    public void CutWatches(string? plural = null)
    {
        lock (_gate)
        {
            foreach ((string p, Channel<(string, JsonObject)> channel) in _watches)
                if (plural is null || p == plural) channel.Writer.TryComplete(new KubernetesTransportException("cut"));
            _watches.RemoveAll(w => plural is null || w.Plural == plural);
        }
    }

    public void ReleaseWatches()
    {
        HoldWatches = false;
        CutWatches();
    }

    public void SendBookmark(string plural)
    {
        lock (_gate)
            foreach ((string p, Channel<(string, JsonObject)> channel) in _watches)
                if (p == plural) channel.Writer.TryWrite(("BOOKMARK", new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = Text(_version) } }));
    }

    public async Task<ApiResult<T>> GetAsync<T>(KubernetesResource<T> resource, ObjectKey key, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        if (await FaultAsync(new("get", resource.Plural, key.Namespace, key.Name), cancellationToken) is { } fault) return new(fault);
        lock (_gate) return _objects.TryGetValue((resource.Plural, key), out JsonObject? obj) ? new(Read(obj, resource)) : new(Error(404, "NotFound"));
    }

    public async Task<ApiResult<ObjectPage<T>>> ListAsync<T>(KubernetesResource<T> resource, string? @namespace, ListOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        if (await FaultAsync(new("list", resource.Plural, @namespace, null, List: options), cancellationToken) is { } fault) return new(fault);
        lock (_gate)
        {
            if (!_kinds.ContainsKey(resource.Kind)) return new(Error(404, "NotFound"));
            int skip = options.Continue is { } token ? int.Parse(token, CultureInfo.InvariantCulture) : 0;
            T[] all = [.. InScope(resource.Plural, @namespace, options.LabelSelector).Select(obj => Read(obj, resource))];
            T[] page = [.. all.Skip(skip).Take(options.Limit ?? int.MaxValue)];
            bool more = skip + page.Length < all.Length;
            return new(new ObjectPage<T> { Items = page, ResourceVersion = Text(_version), Continue = more ? Text(skip + page.Length) : null });
        }
    }

    public async Task<ApiResult<IWatchStream<T>>> WatchAsync<T>(KubernetesResource<T> resource, string? @namespace, WatchOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        if (await FaultAsync(new("watch", resource.Plural, @namespace, null, Watch: options), cancellationToken) is { } fault) return new(fault);
        lock (_gate)
        {
            if (!_kinds.ContainsKey(resource.Kind)) return new(Error(404, "NotFound"));
            if (options.SendInitialEvents && !SupportsStreaming) return new(Error(422, "Invalid", "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled"));
            var channel = Channel.CreateUnbounded<(string Type, JsonObject Object)>();
            if (options.SendInitialEvents)
            {
                foreach (JsonObject obj in InScope(resource.Plural, @namespace, options.LabelSelector)) channel.Writer.TryWrite(("ADDED", obj));
                channel.Writer.TryWrite(("BOOKMARK", new JsonObject
                {
                    ["metadata"] = new JsonObject { ["resourceVersion"] = Text(_version), ["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" } },
                }));
            }
            else
            {
                int from = int.Parse(options.ResourceVersion!, CultureInfo.InvariantCulture);
                if (from > _version) return new(Error(504, "Timeout", "Too large resource version"));
                if (from < _version && (_history.Count == 0 || _history[0].Version > from + 1)) return new(Error(410, "Expired", "too old resource version"));
                foreach ((int version, string plural, string type, JsonObject obj) in _history)
                    if (version > from && plural == resource.Plural) channel.Writer.TryWrite((type, obj));
            }

            _watches.Add((resource.Plural, channel));
            return new(new Stream<T>(this, resource, @namespace, channel));
        }
    }

    public async Task<ApiResult<T>> CreateAsync<T>(KubernetesResource<T> resource, string? @namespace, JsonObject body, WriteOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        string name = (string)body["metadata"]!["name"]!;
        if (await FaultAsync(new("create", resource.Plural, @namespace, name, body), cancellationToken) is { } fault) return new(fault);
        lock (_gate)
        {
            var key = new ObjectKey(@namespace ?? string.Empty, name);
            if (_objects.ContainsKey((resource.Plural, key))) return new(Error(409, "AlreadyExists"));
            var obj = (JsonObject)body.DeepClone();
            if (@namespace is not null) obj["metadata"]!["namespace"] = @namespace;
            return new(Read(Store(resource.Plural, key, obj, "ADDED"), resource));
        }
    }

    public Task<ApiResult<T>> ReplaceAsync<T>(KubernetesResource<T> resource, ObjectKey key, JsonObject body, WriteOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => PatchAsync(resource, key, Patch.Merge(body), options, cancellationToken);

    public async Task<ApiResult<T>> PatchAsync<T>(KubernetesResource<T> resource, ObjectKey key, Patch patch, WriteOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        var body = (JsonObject)JsonNode.Parse(patch.Utf8Json.Span)!;
        if (await FaultAsync(new("patch", resource.Plural, key.Namespace, key.Name, body), cancellationToken) is { } fault) return new(fault);
        lock (_gate)
        {
            bool exists = _objects.TryGetValue((resource.Plural, key), out JsonObject? old);
            if (!exists && patch.MediaType != Patch.ApplyPatchType) return new(Error(404, "NotFound"));
            if ((string?)body["metadata"]?["resourceVersion"] is { } expected && expected != (string?)old?["metadata"]?["resourceVersion"]) return new(Error(409, "Conflict"));
            JsonObject obj = exists ? (JsonObject)old!.DeepClone() : new JsonObject { ["metadata"] = new JsonObject { ["name"] = key.Name, ["namespace"] = key.Namespace } };
            Merge(obj, body);
            return new(Read(Store(resource.Plural, key, obj, exists ? "MODIFIED" : "ADDED"), resource));
        }
    }

    public async Task<ApiResult<JsonObject>> DeleteAsync(KubernetesResource resource, ObjectKey key, DeleteOptions options, CancellationToken cancellationToken)
    {
        if (await FaultAsync(new("delete", resource.Plural, key.Namespace, key.Name), cancellationToken) is { } fault) return new(fault);
        lock (_gate)
        {
            if (RemoveLocked(resource.Plural, key) is not { } gone) return new(Error(404, "NotFound"));
            return new(new JsonObject
            {
                ["kind"] = "Status", ["apiVersion"] = "v1", ["status"] = "Success",
                ["details"] = new JsonObject { ["name"] = key.Name, ["uid"] = (string?)gone["metadata"]!["uid"] },
            });
        }
    }

    public async Task<ApiResult<JsonObject>> GetRawAsync(string pathAndQuery, string? accept, CancellationToken cancellationToken)
    {
        if (await FaultAsync(new("raw", pathAndQuery, null, null), cancellationToken) is { } fault) return new(fault);
        lock (_gate)
        {
            var groups = new JsonArray();
            foreach (var group in _kinds.Where(k => (k.Key.Group.Length == 0) == (pathAndQuery == "/api")).GroupBy(static k => (k.Key.Group, k.Key.Version)))
            {
                groups.Add(new JsonObject
                {
                    ["metadata"] = new JsonObject { ["name"] = group.Key.Group },
                    ["versions"] = new JsonArray(new JsonObject
                    {
                        ["version"] = group.Key.Version,
                        ["resources"] = new JsonArray([.. group.Select(static k => (JsonNode)new JsonObject { ["resource"] = k.Value, ["responseKind"] = new JsonObject { ["kind"] = k.Key.Kind } })]),
                    }),
                });
            }

            return new(new JsonObject { ["kind"] = "APIGroupDiscoveryList", ["items"] = groups });
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<KubernetesError?> FaultAsync(FakeRequest request, CancellationToken cancellationToken)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate) Requests.Add(request);
        return await Before(request, cancellationToken);
    }

    private IEnumerable<JsonObject> InScope(string plural, string? @namespace, string? labels) =>
        _objects.Where(o => o.Key.Plural == plural && (@namespace is null || o.Key.Key.Namespace == @namespace) && HasLabels(o.Value, labels)).OrderBy(static o => o.Key.Key).Select(static o => o.Value);

    private static bool HasLabels(JsonObject obj, string? equality) =>
        equality is null || equality.Split(',').All(part => (string?)obj["metadata"]!["labels"]?[part.Split('=')[0]] == part.Split('=')[1]);

    private JsonObject Store(string plural, ObjectKey key, JsonObject obj, string type)
    {
        obj["metadata"]!["resourceVersion"] = Text(++_version);
        obj["metadata"]!["uid"] ??= $"uid-{++_uid}";
        obj["metadata"]!["generation"] ??= 1;
        _objects[(plural, key)] = obj;
        Tell(plural, type, obj);
        return obj;
    }

    private JsonObject? RemoveLocked(string plural, ObjectKey key)
    {
        if (!_objects.Remove((plural, key), out JsonObject? obj)) return null;
        var last = (JsonObject)obj.DeepClone();
        last["metadata"]!["resourceVersion"] = Text(++_version);
        Tell(plural, "DELETED", last);
        return last;
    }

    private void Tell(string plural, string type, JsonObject obj)
    {
        _history.Add((_version, plural, type, obj));
        if (HoldWatches) return;
        foreach ((string p, Channel<(string, JsonObject)> channel) in _watches)
            if (p == plural) channel.Writer.TryWrite((type, obj));
    }

    private static T Read<T>(JsonObject obj, KubernetesResource<T> resource) where T : class, IKubernetesObject => obj.DeepClone().Deserialize(resource.Json)!;

    private static void Merge(JsonObject into, JsonObject patch)
    {
        foreach ((string name, JsonNode? value) in patch)
        {
            if (value is null) into.Remove(name);
            else if (value is JsonObject nested && into[name] is JsonObject target) Merge(target, nested);
            else into[name] = value.DeepClone();
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed class Stream<T>(FakeCluster cluster, KubernetesResource<T> resource, string? @namespace, Channel<(string Type, JsonObject Object)> channel) : IWatchStream<T>
        where T : class, IKubernetesObject
    {
        public async IAsyncEnumerator<WatchEvent<T>> GetAsyncEnumerator(CancellationToken cancellationToken = default)
        {
            await foreach ((string type, JsonObject obj) in channel.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                string version = (string)obj["metadata"]!["resourceVersion"]!;
                if (type == "BOOKMARK")
                {
                    yield return new() { Type = WatchEventType.Bookmark, ResourceVersion = version, IsInitialEventsEnd = obj["metadata"]!["annotations"] is not null };
                    continue;
                }

                if (@namespace is not null && (string?)obj["metadata"]!["namespace"] != @namespace) continue;
                if (obj["undecodable"] is not null)
                {
                    var key = new ObjectKey((string?)obj["metadata"]!["namespace"] ?? string.Empty, (string)obj["metadata"]!["name"]!);
                    yield return new() { Type = WatchEventType.Undecodable, UndecodableType = Enum.Parse<WatchEventType>(type, true), Key = key, ResourceVersion = version, DecodeError = "$.undecodable" };
                    continue;
                }

                yield return new() { Type = Enum.Parse<WatchEventType>(type, true), Object = Read(obj, resource), ResourceVersion = version };
            }
        }

        public ValueTask DisposeAsync()
        {
            lock (cluster._gate) cluster._watches.RemoveAll(w => ReferenceEquals(w.Channel, channel));
            return ValueTask.CompletedTask;
        }
    }
}
