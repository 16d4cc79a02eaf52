using System.Text;

namespace VWorkspace.Kubernetes.Compact;

/// <summary>
/// Gives out one instance for texts that many objects share (kinds, namespaces, label keys, condition types), found by their UTF-8 so that a text that is known is
/// never allocated again. A fixed number of slots: what is rare is displaced by what comes later and stays correct, only not shared.
/// </summary>
/// <remarks>
/// For names and closed vocabularies. Never for values of annotations, data, or messages: the pool outlives the objects, and what is secret must not.
/// Threads share it without a lock; a lost update costs one more copy of a text.
/// </remarks>
internal sealed class StringPool
{
    /// <summary>Longest text that is kept, in bytes: longer than any name of a namespace, label value or kind.</summary>
    public const int LongestBytes = 63;

    private const uint Ways = 4;

    private readonly string?[] _slots;
    private readonly uint _mask;

    /// <param name="sets">Sets of four slots each; a power of two.</param>
    public StringPool(int sets)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(System.Numerics.BitOperations.IsPow2(sets), true);
        _slots = new string?[sets * (int)Ways];
        _mask = (uint)sets - 1;
    }

    /// <summary>The pool of the process: 8,192 texts, at most 1.3 MB when every one of them has the greatest length.</summary>
    public static StringPool Shared { get; } = new(2048);

    /// <summary>How many texts it holds at most.</summary>
    public int Capacity => _slots.Length;

    /// <summary>The text of these bytes. Long ones and those beyond ASCII are made anew each time.</summary>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty) return string.Empty;
        if (utf8.Length > LongestBytes || !Ascii.IsValid(utf8)) return Encoding.UTF8.GetString(utf8);
        uint first = (Hash(utf8) & _mask) * Ways;
        for (uint way = 0; way < Ways; way++)
        {
            string? known = Volatile.Read(ref _slots[first + way]);
            if (known is null) break;
            if (known.Length != utf8.Length || !Ascii.Equals(utf8, known)) continue;

            // One step to the front each time it is asked for: what is common stays, what is rare is displaced at the back.
            if (way > 0) Swap(ref _slots[first + way - 1], ref _slots[first + way]);
            return known;
        }

        string text = Encoding.ASCII.GetString(utf8);
        Insert(_slots.AsSpan((int)first, (int)Ways), text);
        return text;
    }

    private static void Swap(ref string? a, ref string? b)
    {
        string? former = Volatile.Read(ref a);
        Volatile.Write(ref a, Volatile.Read(ref b));
        Volatile.Write(ref b, former);
    }

    /// <summary>Into a free slot, or in place of the last one.</summary>
    private static void Insert(Span<string?> set, string text)
    {
        int at = 0;
        while (at < set.Length - 1 && Volatile.Read(ref set[at]) is not null) at++;
        Volatile.Write(ref set[at], text);
    }

    /// <summary>FNV-1a with a final mix. Who chooses texts that collide only makes them share less.</summary>
    private static uint Hash(ReadOnlySpan<byte> utf8)
    {
        uint hash = 2166136261;
        foreach (byte b in utf8) hash = (hash ^ b) * 16777619;
        hash ^= hash >> 15;
        hash *= 0x2c1b3c6d;
        return hash ^ (hash >> 12);
    }
}
