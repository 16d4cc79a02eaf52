namespace VWorkspace.Kubernetes.Discovery;

/// <summary>How long discovery is believed.</summary>
public sealed record DiscoveryOptions
{
    /// <summary>Age after which it is asked for again. Default 10 min.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Age after which a kind that was not found is looked for again. Default 10 s: a CRD that was just made is found, and a missing one costs little.</summary>
    public TimeSpan RetryMissingAfter { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>
/// Knows what the API server serves: by aggregated discovery (two requests) where the server has it, else group by group. Safe for any number of threads; one
/// request at a time, whoever asks.
/// </summary>
/// <param name="client">Client to ask with; not disposed.</param>
/// <param name="options">Ages; null for the defaults.</param>
/// <param name="timeProvider">Clock of the ages; null for the system's.</param>
public sealed class DiscoveryClient(IKubernetesClient client, DiscoveryOptions? options = null, TimeProvider? timeProvider = null) : IDisposable
{
    private readonly DiscoveryOptions _options = options ?? new();
    private readonly TimeProvider _timeProvider = timeProvider ?? TimeProvider.System;
    private readonly SemaphoreSlim _oneRequest = new(1, 1);
    private volatile Known? _known;
    private int _generation;

    private sealed record Known(DiscoverySnapshot Snapshot, long At, int Generation);

    /// <summary>What is served, at most <see cref="DiscoveryOptions.MaxAge"/> old.</summary>
    /// <exception cref="KubernetesApiException">The server refuses.</exception>
    /// <exception cref="KubernetesTransportException">There is no answer.</exception>
    public Task<DiscoverySnapshot> GetAsync(CancellationToken cancellationToken) => GetAsync(_options.MaxAge, cancellationToken);

    /// <summary>The resource of a kind, or null when it is not served.</summary>
    /// <inheritdoc cref="GetAsync(CancellationToken)" path="/exception"/>
    public async Task<DiscoveredResource?> FindResourceAsync(GroupVersionKind kind, CancellationToken cancellationToken)
    {
        DiscoverySnapshot snapshot = await GetAsync(_options.MaxAge, cancellationToken);
        return snapshot.Find(kind) ?? (await GetAsync(_options.RetryMissingAfter, cancellationToken)).Find(kind);
    }

    /// <summary>True when the kind is served.</summary>
    /// <inheritdoc cref="GetAsync(CancellationToken)" path="/exception"/>
    public async Task<bool> IsServedAsync(GroupVersionKind kind, CancellationToken cancellationToken) => await FindResourceAsync(kind, cancellationToken) is not null;

    /// <summary>Forgets what is known, for instance because a CRD changed. A request under way does not count as newer.</summary>
    public void Invalidate() => Interlocked.Increment(ref _generation);

    /// <inheritdoc/>
    public void Dispose() => _oneRequest.Dispose();

    private async Task<DiscoverySnapshot> GetAsync(TimeSpan maxAge, CancellationToken cancellationToken)
    {
        if (Fresh(maxAge) is { } known) return known;
        await _oneRequest.WaitAsync(cancellationToken);
        try
        {
            if (Fresh(maxAge) is { } meanwhile) return meanwhile;
            int generation = Volatile.Read(ref _generation);
            long at = _timeProvider.GetTimestamp();
            DiscoverySnapshot snapshot = await DiscoveryReader.ReadAsync(client, cancellationToken);
            _known = new(snapshot, at, generation);
            return snapshot;
        }
        finally
        {
            _oneRequest.Release();
        }
    }

    private DiscoverySnapshot? Fresh(TimeSpan maxAge) =>
        _known is { } known && known.Generation == Volatile.Read(ref _generation) && _timeProvider.GetElapsedTime(known.At) < maxAge ? known.Snapshot : null;
}
