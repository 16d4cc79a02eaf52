using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace VWorkspace.Kubernetes.Compact;

/// <summary>
/// A small map that never changes: keys and values side by side in one array, found by looking at one after the other. Three labels take 96 bytes in place of the 216 of
/// a <see cref="Dictionary{TKey, TValue}"/>, and few objects have more than a dozen.
/// </summary>
internal sealed class StringMap : IReadOnlyDictionary<string, string>
{
    private readonly string[] _pairs;

    private StringMap(string[] pairs) => _pairs = pairs;

    public static StringMap Empty { get; } = new([]);

    /// <summary>A map of keys and values in turn; of a key that comes twice the last value counts.</summary>
    public static StringMap Of(ReadOnlySpan<string> pairs)
    {
        if (pairs.IsEmpty) return Empty;
        var kept = new string[pairs.Length];
        int length = 0;
        for (int i = 0; i < pairs.Length; i += 2)
        {
            int at = IndexOf(kept.AsSpan(0, length), pairs[i]);
            if (at < 0)
            {
                (at, length) = (length, length + 2);
                kept[at] = pairs[i];
            }

            kept[at + 1] = pairs[i + 1];
        }

        return new(length == kept.Length ? kept : kept[..length]);
    }

    public int Count => _pairs.Length / 2;

    public IEnumerable<string> Keys
    {
        get
        {
            for (int i = 0; i < _pairs.Length; i += 2) yield return _pairs[i];
        }
    }

    public IEnumerable<string> Values
    {
        get
        {
            for (int i = 1; i < _pairs.Length; i += 2) yield return _pairs[i];
        }
    }

    public string this[string key] => TryGetValue(key, out string? value) ? value : throw new KeyNotFoundException($"There is no '{key}'.");

    public bool ContainsKey(string key) => IndexOf(_pairs, key) >= 0;

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value)
    {
        int at = IndexOf(_pairs, key);
        value = at < 0 ? null : _pairs[at + 1];
        return at >= 0;
    }

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator()
    {
        for (int i = 0; i < _pairs.Length; i += 2) yield return new(_pairs[i], _pairs[i + 1]);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static int IndexOf(ReadOnlySpan<string> pairs, string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        for (int i = 0; i < pairs.Length; i += 2)
            if (ReferenceEquals(pairs[i], key) || string.Equals(pairs[i], key, StringComparison.Ordinal)) return i;
        return -1;
    }
}
