namespace VWorkspace.ControllerRuntime;

/// <summary>What a reconcile asks of the queue. Expected outcomes are values; an exception thrown by a reconciler is a bug or a fault.</summary>
public readonly record struct ReconcileResult
{
    private ReconcileResult(ReconcileOutcome outcome, TimeSpan after, Exception? error, TimeSpan? atLatest = null) =>
        (Outcome, After, Error, AtLatest) = (outcome, after, error, atLatest);

    /// <summary>Which of the five answers this is. The default value is <see cref="ReconcileOutcome.Done"/>.</summary>
    public ReconcileOutcome Outcome { get; }

    /// <summary>Delay of <see cref="ReconcileOutcome.RequeueAfter"/>, least delay of <see cref="ReconcileOutcome.Failed"/>; zero otherwise.</summary>
    public TimeSpan After { get; }

    /// <summary>Longest delay of <see cref="ReconcileOutcome.Failed"/>; null when the back-off alone decides.</summary>
    public TimeSpan? AtLatest { get; }

    /// <summary>The fault of <see cref="ReconcileOutcome.Failed"/> and <see cref="ReconcileOutcome.Terminal"/>; null otherwise.</summary>
    public Exception? Error { get; }

    /// <summary>Nothing more to do until something changes; forgets the back-off of the key.</summary>
    public static ReconcileResult Done => default;

    /// <summary>Run again after <paramref name="delay"/> at the latest; forgets the back-off of the key.</summary>
    public static ReconcileResult RequeueAfter(TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        return new(ReconcileOutcome.RequeueAfter, delay, null);
    }

    /// <summary>Run again with the back-off of the key, without counting an error.</summary>
    public static ReconcileResult Requeue => new(ReconcileOutcome.Requeue, TimeSpan.Zero, null);

    /// <summary>Failed, counted as an error and tried again with the back-off of the key, but never before <paramref name="notBefore"/>.</summary>
    /// <param name="error">The fault; its text is logged once by the controller.</param>
    /// <param name="notBefore">A server's <c>Retry-After</c>; zero when there is none. Wins over <paramref name="atLatest"/>.</param>
    /// <param name="atLatest">Longest wait, however often the key has failed before; null when the back-off alone decides.</param>
    public static ReconcileResult Failed(Exception error, TimeSpan notBefore = default, TimeSpan? atLatest = null)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new(ReconcileOutcome.Failed, notBefore, error, atLatest);
    }

    /// <summary>Failed for good: counted, not tried again until something changes.</summary>
    public static ReconcileResult Terminal(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new(ReconcileOutcome.Terminal, TimeSpan.Zero, error);
    }
}

/// <summary>The five answers of a reconcile.</summary>
public enum ReconcileOutcome
{
    /// <summary>Nothing more to do.</summary>
    Done,

    /// <summary>Again after a delay.</summary>
    RequeueAfter,

    /// <summary>Again with back-off, not an error.</summary>
    Requeue,

    /// <summary>Again with back-off, an error.</summary>
    Failed,

    /// <summary>An error that trying again cannot mend.</summary>
    Terminal,
}
