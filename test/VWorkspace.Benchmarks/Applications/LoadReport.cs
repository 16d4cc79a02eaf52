using System.Globalization;
using System.Text;
using VWorkspace.Kubernetes.InMemory;

namespace VWorkspace.Benchmarks.Applications;

/// <summary>Counts the calls of the operator for each phase, and the times between calls of different parties.</summary>
internal sealed class LoadReport(int instances, int rate, TimeSpan resync)
{
    private static readonly HashSet<string> Reads = new(StringComparer.Ordinal) { "get", "list", "watch" };
    private readonly List<(string Name, IReadOnlyList<RequestRecord> Requests, TimeSpan Took)> _phases = [];

    public void Add(string phase, IReadOnlyList<RequestRecord> requests, TimeSpan took) => _phases.Add((phase, requests, took));

    /// <summary>Writes of the operator to objects, Events apart.</summary>
    public static int OperatorWrites(IReadOnlyList<RequestRecord> requests) => requests.Count(r => IsOperator(r) && IsWrite(r));

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        Line(text, $"{instances} instances, {rate} created each second, settled resync {resync.TotalSeconds} s, {Environment.ProcessorCount} processors, .NET {Environment.Version}.");
        Line(text, $"Server, stand-in for Flux and operator share one process.");
        text.Append('\n');
        text.Append("### Reaction times\n\n| Phase | From | To | p50 | p95 | p99 | longest |\n|---|---|---|---:|---:|---:|---:|\n");
        foreach ((string name, IReadOnlyList<RequestRecord> requests, _) in _phases)
        {
            Times(text, name, "instance created", "HelmRelease written", CreatedToRelease(requests));
            Times(text, name, "HelmRelease status changed", "instance shows it", StatusToInstance(requests));
        }

        text.Append("\n### Calls of the operator for each instance\n\n| Phase | took | reads | writes | Events | which |\n|---|---:|---:|---:|---:|---|\n");
        foreach ((string name, IReadOnlyList<RequestRecord> requests, TimeSpan took) in _phases)
        {
            List<RequestRecord> calls = [.. requests.Where(IsOperator)];
            string which = string.Join(", ", calls.Where(r => r.Resource.Length > 0 && r.Resource != "events")
                .GroupBy(r => $"{r.Verb} {r.Resource}{(r.Subresource.Length > 0 ? "/" + r.Subresource : string.Empty)}", StringComparer.Ordinal)
                .OrderByDescending(g => g.Count()).Where(g => g.Count() * 100 >= instances)
                .Select(g => $"{g.Key} {Each(g.Count())}"));
            Line(text, $"| {name} | {took.TotalSeconds:0.0} s | {Each(calls.Count(r => Reads.Contains(r.Verb)))} | {Each(calls.Count(IsWrite))} | {Each(calls.Count(r => r.Resource == "events"))} | {which} |");
        }

        return text.ToString();
    }

    private static List<double> CreatedToRelease(IReadOnlyList<RequestRecord> requests)
    {
        Dictionary<string, DateTimeOffset> created = requests.Where(r => r is { Verb: "create", Resource: "applicationinstances", StatusCode: < 300 })
            // The name of an object that is created stands in the body; the order of creation gives it back.
            .Select((r, n) => (Name: string.Create(CultureInfo.InvariantCulture, $"app-{n:0000}"), r.Time)).ToDictionary(p => p.Name, p => p.Time, StringComparer.Ordinal);
        Dictionary<string, DateTimeOffset> written = First(requests.Where(r => IsOperator(r) && r is { Verb: "patch", Resource: "helmreleases", Subresource: "", StatusCode: < 300 }));
        return [.. created.Where(p => written.ContainsKey(p.Key)).Select(p => (written[p.Key] - p.Value).TotalMilliseconds).Order()];
    }

    // The last change of Flux in the phase, which makes the instance Ready, and the write that shows it.
    private static List<double> StatusToInstance(IReadOnlyList<RequestRecord> requests)
    {
        Dictionary<string, DateTimeOffset> said = First(requests.Reverse().Where(r => r is { UserAgent: FluxStandIn.UserAgent, Resource: "helmreleases", Subresource: "status", StatusCode: < 300 }));
        Dictionary<string, DateTimeOffset> shown = First(requests.Where(r =>
            IsOperator(r) && r is { Resource: "applicationinstances", Subresource: "status", StatusCode: < 300 } && said.TryGetValue(r.Name, out DateTimeOffset at) && r.Time > at));
        return [.. said.Where(p => shown.ContainsKey(p.Key)).Select(p => (shown[p.Key] - p.Value).TotalMilliseconds).Order()];
    }

    private static Dictionary<string, DateTimeOffset> First(IEnumerable<RequestRecord> requests)
    {
        var first = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (RequestRecord request in requests) first.TryAdd(request.Name, request.Time);
        return first;
    }

    private static void Times(StringBuilder text, string phase, string from, string to, List<double> sorted)
    {
        if (sorted.Count == 0) return;
        Line(text, $"| {phase} | {from} | {to} | {At(sorted, 0.5):0} ms | {At(sorted, 0.95):0} ms | {At(sorted, 0.99):0} ms | {sorted[^1]:0} ms |");
    }

    private static double At(List<double> sorted, double part) => sorted[Math.Clamp((int)Math.Ceiling(sorted.Count * part) - 1, 0, sorted.Count - 1)];

    private static bool IsOperator(RequestRecord request) => request.UserAgent == LoadWorld.OperatorAgent;

    private static bool IsWrite(RequestRecord request) => request.Resource is not ("events" or "") && !Reads.Contains(request.Verb);

    private string Each(int calls) => ((double)calls / instances).ToString("0.00", CultureInfo.InvariantCulture);

    private static void Line(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
