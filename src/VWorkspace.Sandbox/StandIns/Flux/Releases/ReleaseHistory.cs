namespace VWorkspace.Sandbox.StandIns.Flux;

/// <summary>The rules by which helm-controller keeps <c>status.history</c>: newest first, cut after the last good revision.</summary>
internal static class ReleaseHistory
{
    private const int MaxEntries = 5;

    /// <summary>The revision that counts as current, or null.</summary>
    public static Snapshot? Latest(IReadOnlyList<Snapshot>? history) => history is { Count: > 0 } ? history[0] : null;

    /// <summary>The revision that a rollback goes back to: the newest good one before the current.</summary>
    public static Snapshot? Previous(IReadOnlyList<Snapshot>? history) => history?.Skip(1).FirstOrDefault(IsGood);

    /// <summary>Puts a revision into the history, in place of an entry of the same revision.</summary>
    public static IReadOnlyList<Snapshot> Record(IReadOnlyList<Snapshot>? history, Snapshot snapshot) =>
        [.. (history ?? []).Where(entry => entry.Version != snapshot.Version).Append(snapshot).OrderByDescending(entry => entry.Version)];

    /// <summary>Drops what lies behind the previous good revision; without one, keeps the newest five.</summary>
    public static IReadOnlyList<Snapshot>? Truncate(IReadOnlyList<Snapshot>? history)
    {
        if (history is not { Count: > 1 }) return history;
        for (int i = 1; i < history.Count; i++)
            if (IsGood(history[i])) return [.. history.Take(i + 1)];
        return [.. history.Take(MaxEntries)];
    }

    private static bool IsGood(Snapshot snapshot) => snapshot.Status is "deployed" or "superseded";
}
