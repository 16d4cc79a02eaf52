using VWorkspace.Kubernetes.InMemory.Builtins;

namespace VWorkspace.Kubernetes.InMemory.Registry;

/// <summary>Which kinds a built-in group knows.</summary>
internal static class BuiltinKindNames
{
    private static readonly Lazy<HashSet<(string Group, string Kind)>> Known = new(() => [.. BuiltinCatalog.Types.Select(t => (t.Group, t.Kind))]);

    public static bool IsKnown(string group, string kind) => Known.Value.Contains((group, kind));
}
