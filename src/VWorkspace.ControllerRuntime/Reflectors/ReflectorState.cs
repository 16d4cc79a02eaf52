using System.Runtime.InteropServices;

namespace VWorkspace.ControllerRuntime;

/// <summary>What a reflector does next.</summary>
internal enum ReflectorAction
{
    /// <summary>Watch with the present state first (<c>sendInitialEvents</c>).</summary>
    Stream,

    /// <summary>Read one page of the list.</summary>
    List,

    /// <summary>Watch from the last version seen.</summary>
    Watch,
}

/// <summary>What a reflector waits for before it acts.</summary>
internal enum ReflectorPause
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The next delay of the back-off, or the server's Retry-After when that is longer.</summary>
    BackOff,

    /// <summary>The kind is not served: until it is.</summary>
    NotServed,
}

/// <summary>Everything that decides what a reflector does; changed only by <see cref="ReflectorMachine.Step"/>.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ReflectorState
{
    public ReflectorAction Action { get; init; }

    public ReflectorPause Pause { get; init; }

    /// <summary>Least pause that the server asked for.</summary>
    public TimeSpan RetryAfter { get; init; }

    /// <summary>Version to watch from; null while there is no complete list.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Token of the page to read next; null for the first one.</summary>
    public string? Continue { get; init; }

    /// <summary>The server does not stream initial events, or did not manage to: list in pages.</summary>
    public bool NoStreaming { get; init; }

    /// <summary>Streams of initial events that ended before they were complete, in a row.</summary>
    public int CutStreams { get; init; }

    /// <summary>Continue tokens that expired, in a row; after two of them the list is read in one piece.</summary>
    public int ExpiredPages { get; init; }

    /// <summary>The watch expired and nothing was received since: a second expiry in a row backs off.</summary>
    public bool RelistedWithoutProgress { get; init; }

    /// <summary>Server faults (500) of the watch in a row; several of them mean that this version cannot be resumed from.</summary>
    public int WatchFaults { get; init; }

    /// <summary>Watches without any news in a row; after two of them the version may be one that this server will never reach.</summary>
    public int IdleWatches { get; init; }

    /// <summary>A reflector that knows nothing yet.</summary>
    public static ReflectorState Initial(bool streaming) => new()
    {
        Action = streaming ? ReflectorAction.Stream : ReflectorAction.List,
        NoStreaming = !streaming,
    };
}
