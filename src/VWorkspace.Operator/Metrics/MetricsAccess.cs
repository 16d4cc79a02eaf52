using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using VWorkspace.Kubernetes;

namespace VWorkspace.Operator.Metrics;

/// <summary>What becomes of a request for metrics.</summary>
internal enum MetricsVerdict
{
    /// <summary>It is answered.</summary>
    Allowed,

    /// <summary>Nobody knows who asks.</summary>
    Unauthenticated,

    /// <summary>It is known who asks, and they may not.</summary>
    Forbidden,

    /// <summary>The API server could not be asked.</summary>
    Unknown,
}

/// <summary>
/// Asks the API server who brings a token and whether they may <c>get</c> the non-resource URL <c>/metrics</c>. Answers are remembered, yes for a minute and no
/// for ten seconds, under a hash of the token.
/// </summary>
internal sealed partial class MetricsAccess(TimeProvider clock, ILogger<MetricsAccess> logger) : IDisposable
{
    /// <summary>How long a yes is remembered.</summary>
    public static readonly TimeSpan Positive = TimeSpan.FromMinutes(1);

    /// <summary>How long a no is remembered.</summary>
    public static readonly TimeSpan Negative = TimeSpan.FromSeconds(10);

    private const int Remembered = 1024;
    private const int LongestToken = 16 * 1024;
    private static readonly TimeSpan AskTime = TimeSpan.FromSeconds(5);

    private static readonly KubernetesResource<DynamicObject> TokenReviews =
        new(new("authentication.k8s.io", "v1", "TokenReview"), "tokenreviews", Namespaced: false, KubernetesJson.Default.DynamicObject);

    private static readonly KubernetesResource<DynamicObject> AccessReviews =
        new(new("authorization.k8s.io", "v1", "SubjectAccessReview"), "subjectaccessreviews", Namespaced: false, KubernetesJson.Default.DynamicObject);

    private readonly ConcurrentDictionary<string, Memory> _known = new(StringComparer.Ordinal);

    // Whoever sends many tokens must not use up the connection that reconcilers work with.
    private readonly SemaphoreSlim _asking = new(2);
    private volatile IKubernetesClient? _client;

    /// <summary>From now on there is somebody to ask; every earlier request is <see cref="MetricsVerdict.Unknown"/>.</summary>
    public void Connect(IKubernetesClient client) => _client = client;

    /// <summary>Judges one request.</summary>
    /// <param name="token">Bearer token, or null.</param>
    /// <param name="cancellationToken">The client hung up.</param>
    public async ValueTask<MetricsVerdict> JudgeAsync(string? token, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(token) || token.Length > LongestToken) return MetricsVerdict.Unauthenticated;
        string key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        if (Recall(key) is { } known) return known;
        if (_client is not { } client) return MetricsVerdict.Unknown;
        using var limit = new CancellationTokenSource(AskTime, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await _asking.WaitAsync(either.Token);
            try
            {
                if (Recall(key) is { } meanwhile) return meanwhile;
                MetricsVerdict verdict = await AskAsync(client, token, either.Token);
                if (verdict != MetricsVerdict.Unknown) Remember(key, verdict);
                return verdict;
            }
            finally
            {
                _asking.Release();
            }
        }
        catch (KubernetesTransportException fault)
        {
            NotAsked(logger, fault.Message);
            return MetricsVerdict.Unknown;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            NotAsked(logger, "the API server did not answer in time");
            return MetricsVerdict.Unknown;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _asking.Dispose();

    private async Task<MetricsVerdict> AskAsync(IKubernetesClient client, string token, CancellationToken cancellationToken)
    {
        ApiResult<DynamicObject> answer = await client.CreateAsync(
            TokenReviews, null, new JsonObject { ["spec"] = new JsonObject { ["token"] = token } }, new WriteOptions(), cancellationToken);
        if (!answer.TryGet(out DynamicObject? who, out KubernetesError? error)) return Failed(error);
        if ((bool?)who.Json["status"]?["authenticated"] != true || who.Json["status"]?["user"] is not JsonObject user) return MetricsVerdict.Unauthenticated;

        var question = new JsonObject { ["user"] = user["username"]?.DeepClone(), ["nonResourceAttributes"] = new JsonObject { ["path"] = "/metrics", ["verb"] = "get" } };
        foreach (string part in (string[])["uid", "groups", "extra"])
            if (user[part] is { } value) question[part] = value.DeepClone();
        ApiResult<DynamicObject> review = await client.CreateAsync(AccessReviews, null, new JsonObject { ["spec"] = question }, new WriteOptions(), cancellationToken);
        if (!review.TryGet(out DynamicObject? may, out error)) return Failed(error);
        return (bool?)may.Json["status"]?["allowed"] == true ? MetricsVerdict.Allowed : MetricsVerdict.Forbidden;
    }

    // For instance because the operator itself may not ask: that is no answer about the one who asks it.
    private MetricsVerdict Failed(KubernetesError error)
    {
        NotAsked(logger, error.ToString());
        return MetricsVerdict.Unknown;
    }

    private MetricsVerdict? Recall(string key) =>
        _known.TryGetValue(key, out Memory known) && clock.GetElapsedTime(known.Since) < (known.Verdict == MetricsVerdict.Allowed ? Positive : Negative) ? known.Verdict : null;

    private void Remember(string key, MetricsVerdict verdict)
    {
        if (_known.Count >= Remembered)
        {
            foreach ((string old, _) in _known)
                if (Recall(old) is null) _known.TryRemove(old, out _);
            if (_known.Count >= Remembered) _known.Clear();
        }

        _known[key] = new(verdict, clock.GetTimestamp());
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Memory(MetricsVerdict Verdict, long Since);

    [LoggerMessage(Level = LogLevel.Warning, Message = "cannot find out who may read the metrics")]
    private static partial void NotAsked(ILogger logger, string error);
}
