using System.Net;

namespace VWorkspace.Kubernetes.InMemory.Cel;

/// <summary>The null value. Other runtime values are bool, long (int), ulong (uint), double, string, byte[], and the types of this file.</summary>
internal sealed class CelNull
{
    public static readonly CelNull Value = new();

    private CelNull()
    {
    }
}

/// <summary>A failed evaluation. It is a value because <c>&amp;&amp;</c>, <c>||</c> and the quantifiers may absorb it.</summary>
internal sealed record CelError(string Message)
{
    public static readonly CelError NoSuchOverload = new("no such overload");
    public static readonly CelError IntegerOverflow = new("integer overflow");
    public static readonly CelError UnsignedOverflow = new("unsigned integer overflow");

    public static CelError NoSuchKey(object key) => new($"no such key: {CelText.Display(key)}");
}

/// <summary>A duration in nanoseconds.</summary>
internal readonly record struct CelDuration(long Nanoseconds);

/// <summary>A point in time, in UTC, to 100 nanoseconds.</summary>
internal readonly record struct CelTimestamp(DateTimeOffset Value);

/// <summary>A type as a value, by its name.</summary>
internal sealed record CelTypeValue(string Name);

/// <summary>An optional; null stands for none.</summary>
internal sealed record CelOptional(object? Value)
{
    public static readonly CelOptional None = new((object?)null);
}

internal sealed record CelIp(IPAddress Address);

internal sealed record CelCidr(IPAddress Address, int PrefixLength);

internal sealed record CelNamedFormat(string Name);

internal abstract class CelList
{
    public abstract int Count { get; }

    public abstract object this[int index] { get; }

    public IEnumerable<object> Items()
    {
        for (var i = 0; i < Count; i++) yield return this[i];
    }
}

internal sealed class CelListValue(IReadOnlyList<object> items) : CelList
{
    public override int Count => items.Count;

    public override object this[int index] => items[index];
}

internal abstract class CelMap
{
    public abstract int Count { get; }

    public abstract IEnumerable<object> Keys { get; }

    /// <summary>The value under a key, or null when there is none.</summary>
    public abstract object? Find(object key);
}

internal sealed class CelMapValue(IReadOnlyList<KeyValuePair<object, object>> entries) : CelMap
{
    public override int Count => entries.Count;

    public override IEnumerable<object> Keys => entries.Select(e => e.Key);

    public override object? Find(object key)
    {
        foreach (var (candidate, value) in entries)
        {
            if (CelEquality.AreEqual(candidate, key)) return value;
        }

        return null;
    }
}
