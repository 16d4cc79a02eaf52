using System.Collections.Frozen;

namespace VWorkspace.Kubernetes.InMemory.Registry;

/// <summary>What the server serves now. Readers take a snapshot without a lock; the CRD controller swaps it.</summary>
internal sealed class ResourceRegistry
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, IReadOnlyList<ResourceType>> _custom = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<ResourceType> _builtins;
    private volatile Snapshot _snapshot;

    public ResourceRegistry(IReadOnlyList<ResourceType> builtins)
    {
        _builtins = builtins;
        _snapshot = new Snapshot(builtins, 1);
    }

    public Snapshot Current => _snapshot;

    public ResourceType? Find(string group, string version, string plural) =>
        _snapshot.ByPath.GetValueOrDefault((group, version, plural));

    /// <summary>The type that serves a kind, for in-process callers.</summary>
    public ResourceType? FindKind(string apiVersion, string kind) =>
        _snapshot.All.FirstOrDefault(t => t.ApiVersion == apiVersion && t.Kind == kind && t.Verbs.Contains("get", StringComparer.Ordinal));

    /// <summary>The definitions that are routed.</summary>
    public IReadOnlyList<string> CustomNames()
    {
        lock (_gate) return [.. _custom.Keys];
    }

    public void SetCustom(string crdName, IReadOnlyList<ResourceType> types)
    {
        lock (_gate)
        {
            if (types.Count == 0) _custom.Remove(crdName);
            else _custom[crdName] = types;
            _snapshot = new Snapshot([.. _builtins, .. _custom.OrderBy(p => p.Key, StringComparer.Ordinal).SelectMany(p => p.Value)], _snapshot.Epoch + 1);
        }
    }

    internal sealed class Snapshot
    {
        public Snapshot(IReadOnlyList<ResourceType> all, long epoch)
        {
            All = all;
            Epoch = epoch;
            ByPath = all.ToFrozenDictionary(t => (t.Group, t.Version, t.Plural));
            Groups = [.. all.Where(t => t.Group.Length > 0).GroupBy(t => t.Group, StringComparer.Ordinal).Select(g => new ApiGroup(g.Key, [.. g.Select(t => t.Version).Distinct(StringComparer.Ordinal).OrderByDescending(v => v, VersionPriority.Comparer)]))];
        }

        public IReadOnlyList<ResourceType> All { get; }

        /// <summary>Grows with every change; caches of derived documents are keyed by it.</summary>
        public long Epoch { get; }

        public FrozenDictionary<(string Group, string Version, string Plural), ResourceType> ByPath { get; }

        public IReadOnlyList<ApiGroup> Groups { get; }

        public IEnumerable<ResourceType> InVersion(string group, string version) => All.Where(t => t.Group == group && t.Version == version);
    }
}

/// <summary>A group and its versions, the preferred one first.</summary>
internal sealed record ApiGroup(string Name, IReadOnlyList<string> Versions);
