using System.Collections.Concurrent;
using VWorkspace.Api;
using VWorkspace.Apps.Deciding;
using VWorkspace.Apps.Flux;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Probing;

/// <summary>
/// Runs the readiness checks of all instances in one loop beside the workers. A check that changes its result queues its instance.
/// </summary>
internal sealed class ReadinessProber(ProbeRunner runner, Action<ObjectKey> changed, TimeProvider clock, int maxConcurrent = 16) : IReadinessChecks
{
    private readonly ConcurrentDictionary<ObjectKey, Watched> _watched = new();
    private readonly SemaphoreSlim _signal = new(0, 1);

    /// <summary>Number of instances whose checks run.</summary>
    public int Count => _watched.Count;

    /// <summary>True when no check runs and none is due; otherwise the loop looks again at once. For tests, whose clock leaps while the loop sets its timer.</summary>
    internal bool Rests()
    {
        DateTimeOffset now = clock.GetUtcNow();
        if (_watched.Values.All(w => w.Probes.All(p => !p.IsRunning && p.Due > now))) return true;
        Wake();
        return false;
    }

    public IReadOnlyList<string> Failed(ApplicationInstance instance)
    {
        if (instance.Spec.ReadinessChecks.Count == 0) return [];
        bool known = _watched.TryGetValue(ObjectKey.Of(instance), out Watched? watched) && watched.Generation == instance.Metadata.Generation && watched.Probes.All(p => p.HasResult);
        if (known) return [.. watched!.Probes.Where(p => p.Failed).Select(p => $"{p.Check.Name}: {p.Text}")];
        // After a restart nothing is known yet; what is stored stands until the checks have spoken.
        return instance.Status.Conditions.Find(ApplicationConditions.Ready) is { IsFalse: true, Reason: ApplicationReasons.EndpointUnreachable } stored ? [stored.Message] : [];
    }

    public void Watch(ApplicationInstance instance, HelmRelease? release)
    {
        ObjectKey key = ObjectKey.Of(instance);
        bool runs = instance.Spec.ReadinessChecks.Count > 0 && FluxReading.Read(release, null, instance).Release == ReleaseState.Ready;
        if (!runs)
        {
            Forget(key);
            return;
        }

        if (_watched.TryGetValue(key, out Watched? known) && known.Uid == instance.Metadata.Uid && known.Generation == instance.Metadata.Generation) return;
        _watched[key] = new(instance.Metadata.Uid, instance.Metadata.Generation, [.. instance.Spec.ReadinessChecks.Select(c => new Probe(c, clock.GetUtcNow()))]);
        Wake();
    }

    public void Forget(ObjectKey key) => _watched.TryRemove(key, out _);

    /// <summary>The loop; ends when the token fires.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var slots = new SemaphoreSlim(maxConcurrent);
        var running = new ConcurrentDictionary<Task, bool>();
        while (!cancellationToken.IsCancellationRequested)
        {
            DateTimeOffset now = clock.GetUtcNow();
            DateTimeOffset next = now + TimeSpan.FromMinutes(1);
            foreach ((ObjectKey key, Watched watched) in _watched)
            {
                foreach (Probe probe in watched.Probes)
                {
                    if (probe.IsRunning) continue;
                    if (probe.Due > now) { next = probe.Due < next ? probe.Due : next; continue; }
                    probe.IsRunning = true;
                    await slots.WaitAsync(cancellationToken).ConfigureAwait(false);
                    Task task = RunOneAsync(key, watched, probe, slots, cancellationToken);
                    running[task] = true;
                    _ = task.ContinueWith(done => running.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                }
            }

            await WaitAsync(next - now, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task RunOneAsync(ObjectKey key, Watched watched, Probe probe, SemaphoreSlim slots, CancellationToken cancellationToken)
    {
        try
        {
            string? failure = await runner.RunAsync(probe.Check, cancellationToken).ConfigureAwait(false);
            bool told = probe.Take(failure, clock.GetUtcNow());
            bool stillWatched = _watched.TryGetValue(key, out Watched? current) && ReferenceEquals(current, watched);
            if (told && stillWatched) changed(key);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The process stops or another replica leads now.
        }
        finally
        {
            probe.IsRunning = false;
            slots.Release();
            Wake();
        }
    }

    private async Task WaitAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task signal = _signal.WaitAsync(cut.Token);
        Task timer = Task.Delay(longest > TimeSpan.Zero ? longest : TimeSpan.FromMilliseconds(1), clock, cut.Token);
        await Task.WhenAny(signal, timer).ConfigureAwait(false);
        await cut.CancelAsync().ConfigureAwait(false);
    }

    private void Wake()
    {
        try
        {
            if (_signal.CurrentCount == 0) _signal.Release();
        }
        catch (SemaphoreFullException)
        {
            // Two woke the loop at once; once is enough.
        }
    }

    private sealed record Watched(string? Uid, long Generation, IReadOnlyList<Probe> Probes);

    private sealed class Probe(ReadinessCheck check, DateTimeOffset due)
    {
        private int _failures;

        public ReadinessCheck Check => check;

        public DateTimeOffset Due { get; private set; } = due;

        public bool IsRunning { get; set; }

        public bool HasResult { get; private set; }

        public bool Failed { get; private set; }

        public string Text { get; private set; } = string.Empty;

        /// <summary>Takes one result; true when what the instance shows may have changed.</summary>
        public bool Take(string? failure, DateTimeOffset now)
        {
            Due = now + TimeSpan.FromSeconds(Math.Max(5, check.IntervalSeconds ?? ReadinessCheck.DefaultIntervalSeconds));
            (bool before, bool first) = (Failed, !HasResult);
            _failures = failure is null ? 0 : _failures + 1;
            if (failure is not null) Text = failure;
            if (failure is null) Failed = false;
            else if (_failures >= Math.Max(1, check.FailureThreshold ?? ReadinessCheck.DefaultFailureThreshold)) Failed = true;
            // A failure below the threshold says nothing yet about a check that has never passed.
            HasResult = HasResult || failure is null || Failed;
            return Failed != before || (first && HasResult);
        }
    }
}
