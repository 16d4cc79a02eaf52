using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>
/// The reflector's decisions: from where it stands and what happened to what it does next. No I/O, no clock, no randomness, so that every row can be tested.
/// </summary>
internal static class ReflectorMachine
{
    private const int CutStreamsUntilPaging = 3;
    private const int ExpiredPagesUntilUnpaged = 2;
    private const int WatchFaultsUntilRelist = 5;
    private const int IdleWatchesUntilRelist = 2;

    public static ReflectorState Step(ReflectorState state, ReflectorSignal signal)
    {
        state = state with { Pause = ReflectorPause.None, RetryAfter = TimeSpan.Zero };
        return signal.Kind switch
        {
            ReflectorSignalKind.PageRead => state with { Continue = signal.Continue },
            ReflectorSignalKind.Listed or ReflectorSignalKind.InitialEventsEnded => state with
            {
                Action = ReflectorAction.Watch,
                ResourceVersion = signal.ResourceVersion,
                Continue = null,
                CutStreams = 0,
                ExpiredPages = 0,
                WatchFaults = 0,
            },
            ReflectorSignalKind.Progress => state with { ResourceVersion = signal.ResourceVersion, RelistedWithoutProgress = false, WatchFaults = 0, IdleWatches = 0 },
            _ => state.Action switch
            {
                ReflectorAction.Stream => Streaming(state, signal),
                ReflectorAction.List => Listing(state, signal),
                _ => Watching(state, signal),
            },
        };
    }

    private static ReflectorState Streaming(ReflectorState state, ReflectorSignal signal)
    {
        if (signal.Kind == ReflectorSignalKind.Refused)
        {
            // Servers before 1.32, and those with WatchList switched off, answer 422 (400 from some proxies in between).
            return signal.Error!.Code is 400 or 405 or 406 or 415 or 422 ? WithoutStreaming(state) : AfterRefusal(state, signal.Error);
        }

        // A server that does not know the parameter sends the objects but never the bookmark that ends them: that looks idle from here.
        if (signal.Kind == ReflectorSignalKind.Idle || state.CutStreams + 1 >= CutStreamsUntilPaging) return WithoutStreaming(state);
        return state with { CutStreams = state.CutStreams + 1, Pause = ReflectorPause.BackOff };
    }

    private static ReflectorState Listing(ReflectorState state, ReflectorSignal signal)
    {
        if (signal.Kind != ReflectorSignalKind.Refused) return state with { Pause = ReflectorPause.BackOff };
        KubernetesError error = signal.Error!;
        if (!error.IsExpired) return AfterRefusal(state, error);

        bool first = state.ExpiredPages == 0 && state.Continue is not null;
        return state with
        {
            Continue = null,
            ExpiredPages = state.ExpiredPages + 1,
            Pause = first ? ReflectorPause.None : ReflectorPause.BackOff,
        };
    }

    /// <summary>Without a version of the list there is nothing to resume from: deletions between two watches would never be told.</summary>
    private static ReflectorState Watching(ReflectorState state, ReflectorSignal signal)
    {
        ReflectorState next = Resuming(state, signal);
        if (next.Action != ReflectorAction.Watch || state.ResourceVersion is not (null or "" or "0")) return next;
        return Relist(state) with { Pause = signal.Kind == ReflectorSignalKind.Ended && !state.RelistedWithoutProgress ? ReflectorPause.None : ReflectorPause.BackOff, RetryAfter = next.RetryAfter };
    }

    private static ReflectorState Resuming(ReflectorState state, ReflectorSignal signal)
    {
        switch (signal.Kind)
        {
            case ReflectorSignalKind.Ended:
                return state with { WatchFaults = 0 };

            // A server that was restored from a backup may let a watch from the future wait for ever, without a word.
            case ReflectorSignalKind.Idle:
                return state.IdleWatches + 1 >= IdleWatchesUntilRelist ? Relist(state) : state with { WatchFaults = 0, IdleWatches = state.IdleWatches + 1 };
            case ReflectorSignalKind.EndedAtOnce or ReflectorSignalKind.Broken:
                return state with { Pause = ReflectorPause.BackOff };
        }

        KubernetesError error = signal.Error!;
        if (error.IsExpired || error.IsTooLargeResourceVersion) return Relist(state);
        state = AfterRefusal(state, error);
        if (error.Code == 500) state = state with { WatchFaults = state.WatchFaults + 1 };
        return state.WatchFaults >= WatchFaultsUntilRelist ? Relist(state) with { Pause = ReflectorPause.BackOff } : state;
    }

    private static ReflectorState Relist(ReflectorState state) => state with
    {
        Action = state.NoStreaming ? ReflectorAction.List : ReflectorAction.Stream,
        ResourceVersion = null,
        Continue = null,
        WatchFaults = 0,
        IdleWatches = 0,
        RelistedWithoutProgress = true,
        Pause = state.RelistedWithoutProgress ? ReflectorPause.BackOff : ReflectorPause.None,
    };

    private static ReflectorState WithoutStreaming(ReflectorState state) =>
        state with { Action = ReflectorAction.List, NoStreaming = true, CutStreams = 0, Continue = null };

    private static ReflectorState AfterRefusal(ReflectorState state, KubernetesError error)
    {
        if (!error.IsNotFound) return state with { Pause = ReflectorPause.BackOff, RetryAfter = error.RetryAfter ?? TimeSpan.Zero };
        return Relist(state) with { Pause = ReflectorPause.NotServed, RelistedWithoutProgress = false };
    }

    /// <summary>Whether the list has to be read in one piece, because tokens expire faster than pages can be read.</summary>
    public static bool Unpaged(ReflectorState state) => state.ExpiredPages >= ExpiredPagesUntilUnpaged;
}
