using System.Collections.Concurrent;
using VWorkspace.Kubernetes.InMemory.Schemas;

namespace VWorkspace.Kubernetes.InMemory.Cel;

/// <summary>Compiled patterns of rules. Patterns may come from data, so the cache is bounded: it starts anew when full.</summary>
internal static class CelRegexCache
{
    private const int Capacity = 512;

    private static readonly ConcurrentDictionary<string, Re2Regex> s_patterns = new(StringComparer.Ordinal);

    public static Re2Regex Get(string pattern)
    {
        if (s_patterns.TryGetValue(pattern, out var regex)) return regex;
        if (s_patterns.Count >= Capacity) s_patterns.Clear();
        return s_patterns.GetOrAdd(pattern, static p => new Re2Regex(p));
    }
}
