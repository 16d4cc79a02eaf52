using VWorkspace.Kubernetes.InMemory.Http;

namespace VWorkspace.Kubernetes.InMemory;

/// <summary>The faults that wait for their requests. Thread-safe; the first match in the order of adding is taken.</summary>
public sealed class FaultPlan
{
    private readonly Lock _gate = new();
    private readonly List<Entry> _entries = [];
    private readonly Random _seeds;

    /// <param name="seeds">Gives each fault a random source of its own, so that what hits depends on the seed, the faults and their requests, and on nothing else.</param>
    internal FaultPlan(Random seeds) => _seeds = seeds;

    /// <summary>Adds a fault; dispose the answer to take it back.</summary>
    public IDisposable Add(RequestMatch match, Fault fault)
    {
        ArgumentNullException.ThrowIfNull(match);
        ArgumentNullException.ThrowIfNull(fault);
        lock (_gate)
        {
            var entry = new Entry(this, match, fault, new Random(_seeds.Next()));
            _entries.Add(entry);
            return entry;
        }
    }

    /// <summary>Takes all faults back.</summary>
    public void Clear()
    {
        lock (_gate) _entries.Clear();
    }

    /// <summary>How many requests have been hit so far.</summary>
    public int Hits { get; private set; }

    internal IReadOnlyList<string> Describe()
    {
        lock (_gate) return [.. _entries.Select(e => $"{e.Match} {e.Fault}")];
    }

    internal Fault? Take(RequestInfo info, string user)
    {
        lock (_gate)
        {
            foreach (var entry in _entries)
            {
                if (!entry.Match.Matches(info, user)) continue;
                entry.Seen++;
                if (entry.Seen <= entry.Match.Skip || entry.Hit >= (entry.Match.Times ?? int.MaxValue)) continue;
                if (entry.Match.Probability < 1 && entry.Random.NextDouble() >= entry.Match.Probability) continue;
                entry.Hit++;
                Hits++;
                return entry.Fault;
            }

            return null;
        }
    }

    private void Remove(Entry entry)
    {
        lock (_gate) _entries.Remove(entry);
    }

    private sealed class Entry(FaultPlan plan, RequestMatch match, Fault fault, Random random) : IDisposable
    {
        public RequestMatch Match => match;

        public Fault Fault => fault;

        public Random Random => random;

        public int Seen { get; set; }

        public int Hit { get; set; }

        public void Dispose() => plan.Remove(this);
    }
}
