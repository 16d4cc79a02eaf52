namespace VWorkspace.ControllerRuntime;

/// <summary>The checks behind one health endpoint, in the order in which they were added.</summary>
public sealed class HealthChecks
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private readonly TimeSpan _timeout;
    private Entry[] _checks = [];

    /// <summary>An empty set.</summary>
    /// <param name="clock">The clock.</param>
    /// <param name="timeout">A check that has not answered by then fails with <c>TimedOut</c>. Default 10 s.</param>
    public HealthChecks(TimeProvider clock, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(clock);
        (_clock, _timeout) = (clock, timeout ?? TimeSpan.FromSeconds(10));
    }

    /// <summary>Adds a check that answers from memory.</summary>
    /// <exception cref="ArgumentException">The name is empty, has a slash, or is taken.</exception>
    public void Add(string name, Func<HealthCheckResult> check)
    {
        ArgumentNullException.ThrowIfNull(check);
        Add(name, _ => ValueTask.FromResult(check()));
    }

    /// <summary>Adds a check. One that throws counts as failed; its text stays in the process.</summary>
    /// <inheritdoc cref="Add(string, Func{HealthCheckResult})" path="/exception"/>
    public void Add(string name, Func<CancellationToken, ValueTask<HealthCheckResult>> check)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(check);
        if (name.Contains('/', StringComparison.Ordinal)) throw new ArgumentException($"The name '{name}' of a health check has a slash.", nameof(name));
        lock (_gate)
        {
            if (_checks.Any(other => other.Name == name)) throw new ArgumentException($"There is already a health check '{name}'.", nameof(name));
            _checks = [.. _checks, new(name, check)];
        }
    }

    /// <summary>A check that passes when the scheduler of the process runs things; for <c>/healthz</c>.</summary>
    public static async ValueTask<HealthCheckResult> PingAsync(CancellationToken cancellationToken)
    {
        await Task.Run(static () => { }, cancellationToken);
        return HealthCheckResult.Ok;
    }

    /// <summary>True when there is such a check.</summary>
    public bool Has(string name) => Array.Exists(Volatile.Read(ref _checks), check => check.Name == name);

    /// <summary>Runs the checks side by side.</summary>
    /// <param name="include">Which ones.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<IReadOnlyList<(string Name, HealthCheckResult Result)>> RunAsync(Func<string, bool> include, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(include);
        return await Task.WhenAll(Volatile.Read(ref _checks).Where(check => include(check.Name)).Select(check => RunAsync(check, cancellationToken)));
    }

    private async Task<(string Name, HealthCheckResult Result)> RunAsync(Entry entry, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_timeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return (entry.Name, await entry.Check(either.Token).AsTask().WaitAsync(either.Token));
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return (entry.Name, HealthCheckResult.Failed("TimedOut", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"no answer within {_timeout.TotalSeconds:0.#} s")));
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // An exception may carry addresses or worse; its type says enough to somebody who looks from outside.
            return (entry.Name, HealthCheckResult.Failed("CheckFailed", fault.GetType().Name));
        }
    }

    private sealed record Entry(string Name, Func<CancellationToken, ValueTask<HealthCheckResult>> Check);
}
