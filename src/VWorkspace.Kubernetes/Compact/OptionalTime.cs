namespace VWorkspace.Kubernetes.Compact;

/// <summary>A moment or none, in 8 bytes in place of the 24 of a <see cref="DateTimeOffset"/> that may be null. The offset from UTC is not kept.</summary>
internal readonly record struct OptionalTime
{
    /// <summary>Ticks in UTC and one; zero for none.</summary>
    private readonly long _ticks;

    public OptionalTime(DateTimeOffset? moment) => _ticks = moment is { } known ? known.UtcTicks + 1 : 0;

    public DateTimeOffset? Moment => _ticks == 0 ? null : new DateTimeOffset(_ticks - 1, TimeSpan.Zero);
}
