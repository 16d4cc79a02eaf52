namespace VWorkspace.Kubernetes.Compact;

/// <summary>A number or none, in 8 bytes in place of 16. <see cref="long.MinValue"/> counts as none: no generation is negative.</summary>
internal readonly record struct OptionalNumber
{
    /// <summary>The number with its highest bit turned; zero for none.</summary>
    private readonly long _bits;

    public OptionalNumber(long? number) => _bits = number is { } known ? known ^ long.MinValue : 0;

    public long? Number => _bits == 0 ? null : _bits ^ long.MinValue;
}
