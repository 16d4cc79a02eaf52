using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>Acquires a Lease, holds it and gives it back. Opens the fence with every renewal that the API server confirmed.</summary>
internal sealed partial class LeaderElector(
    IKubernetesClient client, LeaderElectionOptions options, LeaderFence fence, TimeProvider clock, Random random, ILogger logger)
{
    private const int ReleaseAttempts = 3;

    private readonly ObjectKey _key = new(options.Namespace, options.Name);

    /// <summary>The record as last seen, and since when on our clock it has been like that.</summary>
    private Lease? _seen;
    private long _seenSince;
    private long _renewedAt;

    /// <summary>Why the last attempt failed, as far as it was told: a cause that stays is told once, not with every attempt.</summary>
    private string? _complaint;

    /// <summary>Waits until this replica leads.</summary>
    public async Task AcquireAsync(CancellationToken cancellationToken)
    {
        Acquiring(logger, options.Name, options.Identity);
        while (!await TryAsync(options.RenewDeadline, readFirst: true, cancellationToken))
        {
            double share;
            lock (random) share = random.NextDouble();
            await Task.Delay(options.RetryPeriod * (1 + (0.2 * share)), clock, cancellationToken);
        }

        Acquired(logger, options.Name, options.Identity);
    }

    /// <summary>Renews the Lease until it is lost.</summary>
    /// <exception cref="OperationCanceledException">The token fired; the Lease is still held.</exception>
    public async Task HoldAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, fence.Closed);
        bool readFirst = false;
        try
        {
            while (true)
            {
                await Task.Delay(options.RetryPeriod, clock, either.Token);
                TimeSpan left = options.RenewDeadline - clock.GetElapsedTime(_renewedAt);
                if (left <= TimeSpan.Zero) break;

                // Half of the deadline for one attempt, so that a request that hangs leaves time for another one.
                TimeSpan limit = left < options.RenewDeadline / 2 ? left : options.RenewDeadline / 2;
                bool renewed = await TryAsync(limit, readFirst, either.Token);
                readFirst = !renewed;
                if (!renewed && _seen is { } seen && seen.Spec.HolderIdentity != options.Identity && !string.IsNullOrEmpty(seen.Spec.HolderIdentity)) break;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The fence closed: the renew deadline passed.
        }

        fence.Close();
    }

    /// <summary>Gives the Lease back, so that a successor need not wait for it to expire. Faults are of no consequence but that wait.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        fence.Close();
        try
        {
            for (int attempt = 1; _seen is { } held && held.Spec.HolderIdentity == options.Identity; attempt++)
            {
                ApiResult<Lease> result = await GiveBackAsync(held, cancellationToken);
                if (result.Error is not { } error)
                {
                    Released(logger, options.Name, options.Identity);
                    break;
                }

                if (error.Code != 409 || attempt >= ReleaseAttempts)
                {
                    NotReleased(logger, options.Name, error.ToString());
                    break;
                }

                // A renewal that the stop cut off took effect all the same: the version is another one, but the holder is still this replica.
                await ReadAsync(cancellationToken);
            }
        }
        catch (Exception fault) when (fault is KubernetesTransportException or OperationCanceledException)
        {
            NotReleased(logger, options.Name, fault.Message);
        }

        _seen = null;
    }

    private Task<ApiResult<Lease>> GiveBackAsync(Lease held, CancellationToken cancellationToken)
    {
        string now = MicroTime(clock.GetUtcNow());
        return client.PatchAsync(Lease.Resource, _key, Patch.Merge(new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = held.Metadata.ResourceVersion },
            ["spec"] = new JsonObject { ["holderIdentity"] = string.Empty, ["leaseDurationSeconds"] = 1, ["acquireTime"] = now, ["renewTime"] = now },
        }), new WriteOptions(), cancellationToken);
    }

    /// <summary>One attempt to acquire or renew.</summary>
    private async Task<bool> TryAsync(TimeSpan limit, bool readFirst, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            // The moment before the request: the server cannot have recorded the renewal earlier than this.
            if (readFirst) await ReadAsync(either.Token);
            long start = clock.GetTimestamp();
            LeaseDecision decision = LeaseDecisions.Decide(_seen?.Spec, options.Identity, clock.GetElapsedTime(_seenSince), options.LeaseDuration);
            if (decision == LeaseDecision.Wait)
            {
                _complaint = null;
                return false;
            }

            ApiResult<Lease> result = decision == LeaseDecision.Create ? await CreateAsync(either.Token) : await WriteAsync(_seen!, decision == LeaseDecision.Take, either.Token);
            if (!result.TryGet(out Lease? written, out KubernetesError? error))
            {
                // A lease that somebody else wrote or deleted is the course of an election; one that cannot be created misses its namespace.
                if (error.Code is not (409 or 404) || (error.IsNotFound && decision == LeaseDecision.Create)) Complain(error.ToString());
                if (error.IsNotFound) _seen = null;
                else if (error.Code == 409) await ReadAsync(either.Token);
                return false;
            }

            (_seen, _seenSince, _renewedAt) = (written, start, start);
            _complaint = null;
            fence.OpenUntil(start, options.RenewDeadline);
            return true;
        }
        catch (KubernetesTransportException fault)
        {
            Complain(fault.Message);
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Complain("the API server did not answer in time");
            return false;
        }
    }

    private void Complain(string cause)
    {
        if (_complaint == cause) return;
        _complaint = cause;
        if (fence.IsOpen) AttemptFailed(logger, options.Name, options.Namespace, cause);
        else Unavailable(logger, options.Name, options.Namespace, cause);
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        Lease? now = (await client.GetAsync(Lease.Resource, _key, cancellationToken)) is var answer && answer.Error is { IsNotFound: false } error
            ? throw new KubernetesTransportException(error.ToString())
            : answer.ValueOrNullIfNotFound();

        // Anything written to the record counts as a sign of life of its holder, whatever the clocks say.
        if (_seen is null || now is null || now.Spec != _seen.Spec || now.Metadata.Uid != _seen.Metadata.Uid) _seenSince = clock.GetTimestamp();
        _seen = now;
    }

    private Task<ApiResult<Lease>> CreateAsync(CancellationToken cancellationToken)
    {
        string now = MicroTime(clock.GetUtcNow());
        return client.CreateAsync(Lease.Resource, options.Namespace, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = options.Name, ["namespace"] = options.Namespace },
            ["spec"] = new JsonObject
            {
                ["holderIdentity"] = options.Identity,
                ["leaseDurationSeconds"] = DurationSeconds,
                ["acquireTime"] = now,
                ["renewTime"] = now,
                ["leaseTransitions"] = 0,
            },
        }, new WriteOptions(), cancellationToken);
    }

    private Task<ApiResult<Lease>> WriteAsync(Lease held, bool take, CancellationToken cancellationToken)
    {
        string now = MicroTime(clock.GetUtcNow());
        var spec = new JsonObject { ["renewTime"] = now };
        if (take)
        {
            spec["holderIdentity"] = options.Identity;
            spec["leaseDurationSeconds"] = DurationSeconds;
            spec["acquireTime"] = now;
            spec["leaseTransitions"] = (held.Spec.LeaseTransitions ?? 0) + 1;
        }

        return client.PatchAsync(Lease.Resource, _key, Patch.Merge(new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = held.Metadata.ResourceVersion },
            ["spec"] = spec,
        }), new WriteOptions(), cancellationToken);
    }

    private int DurationSeconds => (int)Math.Ceiling(options.LeaseDuration.TotalSeconds);

    private static string MicroTime(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    [LoggerMessage(Level = LogLevel.Information, Message = "leader election started")]
    private static partial void Acquiring(ILogger logger, string lease, string identity);

    [LoggerMessage(Level = LogLevel.Information, Message = "leader election won")]
    private static partial void Acquired(ILogger logger, string lease, string identity);

    [LoggerMessage(Level = LogLevel.Information, Message = "lease released")]
    private static partial void Released(ILogger logger, string lease, string identity);

    [LoggerMessage(Level = LogLevel.Warning, Message = "lease not released")]
    private static partial void NotReleased(ILogger logger, string lease, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "lease not renewed, will be retried")]
    private static partial void AttemptFailed(ILogger logger, string lease, string @namespace, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "lease cannot be read or written, this replica cannot lead")]
    private static partial void Unavailable(ILogger logger, string lease, string @namespace, string error);
}
