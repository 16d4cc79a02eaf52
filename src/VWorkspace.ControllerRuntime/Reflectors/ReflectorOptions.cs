namespace VWorkspace.ControllerRuntime;

/// <summary>How reflectors list and watch.</summary>
public sealed record ReflectorOptions
{
    /// <summary>Read initial lists as a stream (<c>sendInitialEvents</c>) and fall back to pages. Default true.</summary>
    public bool StreamInitialLists { get; init; } = true;

    /// <summary>Objects in a page. Default 500.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>Shortest time-out of a watch; the real one is up to twice as long, at random, so that watches do not end together. Default 5 min.</summary>
    public TimeSpan WatchTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A watch without any line, bookmarks included, for so long counts as dead. Default 3 min.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>A stream of initial events that stalls for so long is given up in favour of pages. Default 15 s.</summary>
    public TimeSpan InitialStreamIdleTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>First window of the back-off; the delay is drawn from zero to the window. Default 0.8 s.</summary>
    public TimeSpan BackoffBase { get; init; } = TimeSpan.FromMilliseconds(800);

    /// <summary>Largest window of the back-off. Default 30 s.</summary>
    public TimeSpan BackoffMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The back-off starts anew when nothing failed for so long. Default 2 min.</summary>
    public TimeSpan BackoffReset { get; init; } = TimeSpan.FromMinutes(2);

    internal void Validate()
    {
        Check(PageSize >= 1, nameof(PageSize), "at least 1");
        Check(WatchTimeout >= TimeSpan.FromSeconds(1), nameof(WatchTimeout), "at least 1 s");
        Check(WatchTimeout <= Waiting.Longest, nameof(WatchTimeout), "at most 24 days");
        Check(IdleTimeout > TimeSpan.Zero && IdleTimeout <= Waiting.Longest, nameof(IdleTimeout), "positive and at most 24 days");
        Check(InitialStreamIdleTimeout > TimeSpan.Zero && InitialStreamIdleTimeout <= Waiting.Longest, nameof(InitialStreamIdleTimeout), "positive and at most 24 days");
        Check(BackoffBase > TimeSpan.Zero, nameof(BackoffBase), "positive");
        Check(BackoffMax >= BackoffBase && BackoffMax <= TimeSpan.FromDays(1), nameof(BackoffMax), "at least BackoffBase and at most a day");
        Check(BackoffReset > TimeSpan.Zero, nameof(BackoffReset), "positive");

        static void Check(bool holds, string name, string rule)
        {
            if (!holds) throw new ArgumentException($"ReflectorOptions.{name} has to be {rule}.", name);
        }
    }
}
