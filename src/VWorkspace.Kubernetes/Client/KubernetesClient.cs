using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using VWorkspace.Kubernetes.Transport;
using VWorkspace.Kubernetes.Wire;

namespace VWorkspace.Kubernetes;

/// <summary>
/// <see cref="IKubernetesClient"/> over HTTP/2 (or 1.1). Safe for any number of threads; make one for each cluster and identity and keep it.
/// </summary>
/// <remarks>
/// Reads are repeated after connection faults, writes when no connection could be made, and any call after a 429 or 503 with <c>Retry-After</c>, within <see cref="KubernetesClientOptions.MaxRetries"/> and
/// <see cref="KubernetesClientOptions.MaxRetryTime"/>; a write is never sent twice when its first sending may have been carried out. A 401 renews the credential once.
/// </remarks>
public sealed class KubernetesClient : IKubernetesClient
{
    /// <summary>What the server is given on top of the time that a list may take.</summary>
    private static readonly TimeSpan ListGrace = TimeSpan.FromSeconds(10);

    private readonly KubernetesClientOptions _options;
    private readonly ApiTransport _transport;
    private int _disposed;

    /// <summary>Makes a client; connects when the first call is made.</summary>
    /// <param name="configuration">Server and identity.</param>
    /// <param name="options">Behaviour on the wire; null for the defaults.</param>
    /// <exception cref="KubernetesConfigurationException">The configuration cannot be used.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public KubernetesClient(KubernetesClientConfiguration configuration, KubernetesClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        _options = (options ?? new()).Validated();
        _transport = new(configuration.Validated(), _options);
        DefaultNamespace = configuration.Namespace;
    }

    /// <inheritdoc/>
    public string DefaultNamespace { get; }

    /// <inheritdoc/>
    public Task<ApiResult<T>> GetAsync<T>(KubernetesResource<T> resource, ObjectKey key, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(resource);
        return SendForObjectAsync(resource, new ApiRequest(HttpMethod.Get, resource.Path(key))
        {
            Subject = Subject(resource, key),
            Accept = Accept<T>(MediaTypes.PartialObject),
            Lane = Lane(resource),
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ApiResult<ObjectPage<T>>> ListAsync<T>(KubernetesResource<T> resource, string? @namespace, ListOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Timeout is { } limit && (limit <= TimeSpan.Zero || limit > KubernetesClientOptions.LongestTimeout))
            throw new ArgumentException($"{nameof(ListOptions)}.{nameof(ListOptions.Timeout)} must be above zero", nameof(options));
        var request = new ApiRequest(HttpMethod.Get, RequestQuery.Of(resource.Path(@namespace), options))
        {
            Subject = Subject(resource, @namespace),
            Accept = Accept<T>(MediaTypes.PartialObjectList),
            Timeout = options.Timeout is { } timeout ? timeout + ListGrace : null,
        };
        return SendAsync(request, async (response, token) =>
        {
            await using Stream body = await response.Content.ReadAsStreamAsync(token);
            return await ListDecoder.DecodeAsync(body, resource, _options.MaxObjectBytes, token);
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ApiResult<IWatchStream<T>>> WatchAsync<T>(KubernetesResource<T> resource, string? @namespace, WatchOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(options);
        var request = new ApiRequest(HttpMethod.Get, RequestQuery.Of(resource.Path(@namespace), options))
        {
            Subject = "watch " + Subject(resource, @namespace),
            Accept = Accept<T>(MediaTypes.PartialObject),
        };
        if (options.IdleTimeout is { } asked && asked != Timeout.InfiniteTimeSpan && (asked <= TimeSpan.Zero || asked > KubernetesClientOptions.LongestTimeout))
            throw new ArgumentException($"{nameof(WatchOptions)}.{nameof(WatchOptions.IdleTimeout)} must be above zero, or infinite", nameof(options));
        TimeSpan idle = options.IdleTimeout ?? (options.AllowBookmarks ? _options.WatchIdleTimeout : Timeout.InfiniteTimeSpan);
        return _transport.SendAsync(request, async (response, token) =>
        {
            IReadOnlyList<string> warnings = WarningHeader.Read(response);
            if (!response.IsSuccessStatusCode) return await RefusalAsync<IWatchStream<T>>(response, warnings, token);
            ThrowIfNotJson(response, request.Subject);
            Stream body = await response.Content.ReadAsStreamAsync(token);
            return new ApiResult<IWatchStream<T>>(
                new WatchStream<T>(body, response, resource, _options.MaxObjectBytes, idle, _options.TimeProvider, cancellationToken, _transport.Closing), warnings);
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ApiResult<T>> CreateAsync<T>(KubernetesResource<T> resource, string? @namespace, JsonObject body, WriteOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(body);
        ArgumentNullException.ThrowIfNull(options);
        if (resource.Namespaced) ArgumentException.ThrowIfNullOrEmpty(@namespace);
        string? name = string.IsNullOrEmpty(options.Subresource) ? null : (string?)body["metadata"]?["name"]
            ?? throw new ArgumentException("a subresource is created for an object: metadata.name is needed", nameof(body));
        return SendForObjectAsync(resource, new ApiRequest(HttpMethod.Post, RequestQuery.Of(resource.Path(@namespace, name, options.Subresource), options))
        {
            Subject = Subject(resource, @namespace),
            Accept = Accept<T>(MediaTypes.PartialObject),
            Body = RequestBody.Of(resource, body),
            Lane = Lane(resource),
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ApiResult<T>> ReplaceAsync<T>(KubernetesResource<T> resource, ObjectKey key, JsonObject body, WriteOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(body);
        ArgumentNullException.ThrowIfNull(options);
        return SendForObjectAsync(resource, new ApiRequest(HttpMethod.Put, RequestQuery.Of(resource.Path(key, options.Subresource), options))
        {
            Subject = Subject(resource, key),
            Accept = Accept<T>(MediaTypes.PartialObject),
            Body = RequestBody.Of(resource, body),
            Lane = Lane(resource),
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ApiResult<T>> PatchAsync<T>(KubernetesResource<T> resource, ObjectKey key, Patch patch, WriteOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(patch);
        ArgumentNullException.ThrowIfNull(options);
        if (patch.MediaType == Patch.ApplyPatchType && string.IsNullOrEmpty(options.FieldManager))
            throw new ArgumentException("server-side apply needs a field manager", nameof(options));
        return SendForObjectAsync(resource, new ApiRequest(HttpMethod.Patch, RequestQuery.Of(resource.Path(key, options.Subresource), options))
        {
            Subject = Subject(resource, key),
            Accept = Accept<T>(MediaTypes.PartialObject),
            Body = patch.Utf8Json,
            ContentType = patch.MediaType,
            Lane = Lane(resource),
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ApiResult<JsonObject>> DeleteAsync(KubernetesResource resource, ObjectKey key, DeleteOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(options);
        var request = new ApiRequest(HttpMethod.Delete, resource.Path(key))
        {
            Subject = Subject(resource, key),
            Body = RequestBody.Of(options),
            Lane = Lane(resource),
        };
        return SendAsync(request, (response, token) => DecodeAsync(response, WireJson.Default.JsonObject, request.Subject, token), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ApiResult<JsonObject>> GetRawAsync(string pathAndQuery, string? accept, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(pathAndQuery);
        if (pathAndQuery[0] != '/') throw new ArgumentException("the path must start with '/'", nameof(pathAndQuery));
        int query = pathAndQuery.IndexOf('?', StringComparison.Ordinal);
        var request = new ApiRequest(HttpMethod.Get, pathAndQuery) { Subject = query < 0 ? pathAndQuery : pathAndQuery[..query], Accept = accept ?? MediaTypes.Json };
        return SendAsync(request, (response, token) => DecodeAsync(response, WireJson.Default.JsonObject, request.Subject, token), cancellationToken);
    }

    /// <summary>Ends calls under way with <see cref="ObjectDisposedException"/>, open watches with <see cref="OperationCanceledException"/>, and closes connections.</summary>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0) _transport.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task<ApiResult<T>> SendForObjectAsync<T>(KubernetesResource<T> resource, ApiRequest request, CancellationToken cancellationToken) where T : class, IKubernetesObject =>
        SendAsync(request, (response, token) => DecodeAsync(response, resource.Json, request.Subject, token), cancellationToken);

    private Task<ApiResult<T>> SendAsync<T>(ApiRequest request, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken) where T : class =>
        _transport.SendAsync(request, async (response, token) =>
        {
            IReadOnlyList<string> warnings = WarningHeader.Read(response);
            if (!response.IsSuccessStatusCode) return await RefusalAsync<T>(response, warnings, token);
            ThrowIfNotJson(response, request.Subject);
            using (response) return new ApiResult<T>(await read(response, token), warnings);
        }, cancellationToken);

    /// <summary>A login page or a proxy's apology comes with 200 too.</summary>
    private static void ThrowIfNotJson(HttpResponseMessage response, string subject)
    {
        if (response.Content.Headers.ContentType?.MediaType is not { } type || type.Contains("json", StringComparison.OrdinalIgnoreCase)) return;
        response.Dispose();
        string hint = type == "text/html" ? ": something answers in place of the API server; check the server address and the proxy" : string.Empty;
        throw new KubernetesTransportException($"the answer about {subject} is {type} and not JSON{hint}") { Fault = TransportFault.Protocol };
    }

    private async Task<ApiResult<T>> RefusalAsync<T>(HttpResponseMessage response, IReadOnlyList<string> warnings, CancellationToken cancellationToken) where T : class
    {
        using (response) return new(await StatusDecoder.ReadAsync(response, _transport.RetryAfter(response), cancellationToken), warnings);
    }

    private static async Task<T> DecodeAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> json, string subject, CancellationToken cancellationToken) where T : class
    {
        await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
        try
        {
            T? value = await JsonSerializer.DeserializeAsync(body, json, cancellationToken);
            if (value is not null and not IKubernetesObject { Metadata: null }) return value;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or ArgumentException or NotSupportedException)
        {
            throw new KubernetesTransportException($"the answer about {subject} {ObjectDecoder.Describe<T>(e)}") { Fault = TransportFault.Protocol };
        }

        throw new KubernetesTransportException($"the answer about {subject} is empty") { Fault = TransportFault.Protocol };
    }

    private static string Accept<T>(string metadataOnly) => typeof(T) == typeof(PartialObject) ? metadataOnly : MediaTypes.Json;

    private static RequestLane Lane(KubernetesResource resource) =>
        resource is { Plural: "leases", Kind.Group: "coordination.k8s.io" } ? RequestLane.Lease : RequestLane.General;

    private static string Subject(KubernetesResource resource, ObjectKey key) => $"{resource.QualifiedName} {key}";

    private static string Subject(KubernetesResource resource, string? @namespace) =>
        string.IsNullOrEmpty(@namespace) ? resource.QualifiedName : $"{resource.QualifiedName} in {@namespace}";
}
