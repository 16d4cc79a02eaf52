using System.Text;
using System.Text.Json.Nodes;
using VWorkspace.Api;
using VWorkspace.Apps.Tests.Support;

namespace VWorkspace.Apps.Tests.Behaviour.Crash;

/// <summary>Holds what the operator told the world against what it wrote: transitions in the history of the watch, Events, log lines, reports.</summary>
internal static class Chronicle
{
    /// <summary>Begins every secret that a scenario plants.</summary>
    public const string Planted = "canary-";

    private const string Upgraded = "HelmReleaseUpgraded";

    /// <param name="world">The world, at rest.</param>
    /// <param name="place">For messages.</param>
    /// <param name="complete">One for one; otherwise a death may have swallowed the news of one write, but nothing may be told twice.</param>
    public static void AssertAgrees(World world, string place, bool complete)
    {
        IReadOnlyList<StatusWrite> writes = world.History.Writes;
        StateReport[] reports;
        lock (world.Reports) reports = [.. world.Reports];
        string[] transitions = [.. writes.SelectMany(w => w.Transitions)];
        string[] events = [.. writes.SelectMany(w => w.Events)];
        Compare("log lines", world.Log.Transitions, transitions, Most(writes, w => w.Transitions.Count));
        Compare("reports", reports.Where(r => r.Kind == StateReport.TransitionKind).Select(r => StatusHistory.Text(r.Condition!)), transitions, Most(writes, w => w.Transitions.Count));

        // Events wait in a queue of their own: all that were not written yet go with a process.
        Compare("Events", Events(world).Where(e => e != Upgraded), events, events.Length);
        string[] named = ["ReconcileStarted", "ReconcileSucceeded", "ReconcileFailed"];
        Compare("reports of named Events", reports.Select(r => r.Kind).Where(named.Contains), events.Where(named.Contains), Most(writes, w => w.Events.Count));
        Compare("upgrades", reports.Select(r => r.Kind).Where(k => k == Upgraded), Events(world).Where(e => e == Upgraded), 1, reportsMayBeMore: true);

        void Compare(string what, IEnumerable<string> told, IEnumerable<string> due, int mayMiss, bool reportsMayBeMore = false)
        {
            List<string> missing = [.. due], surplus = [];
            foreach (string one in told)
                if (!missing.Remove(one)) surplus.Add(one);
            Assert.That(surplus, reportsMayBeMore && !complete ? Has.Count.LessThanOrEqualTo(mayMiss) : Is.Empty, $"{place}: {what} without a transition");
            Assert.That(missing, complete ? Is.Empty : Has.Count.LessThanOrEqualTo(mayMiss), $"{place}: transitions without {what}");
        }

        static int Most(IReadOnlyList<StatusWrite> all, Func<StatusWrite, int> count) => all.Count == 0 ? 0 : all.Max(count);
    }

    /// <summary>No planted secret is anywhere but in Secrets: not in an object, an Event, a log line, an exception or a report.</summary>
    public static void AssertNoSecret(World world, string place)
    {
        var everything = new StringBuilder();
        foreach ((string version, string kind) in new[]
        {
            ("apps.vworkspace.io/v1alpha1", "ApplicationInstance"), ("helm.toolkit.fluxcd.io/v2", "HelmRelease"), ("source.toolkit.fluxcd.io/v1", "OCIRepository"),
            ("source.toolkit.fluxcd.io/v1", "HelmRepository"), ("ops.vworkspace.io/v1alpha1", "Operation"), ("events.k8s.io/v1", "Event"), ("v1", "ConfigMap"),
        })
            foreach (JsonObject obj in world.All(version, kind)) everything.AppendLine(obj.ToJsonString());
        foreach (string line in world.Log.Lines) everything.AppendLine(line);
        lock (world.Reports)
            foreach (StateReport report in world.Reports) everything.AppendLine(report.ToString()).AppendLine(report.Condition?.ToString());
        string text = everything.ToString();
        foreach (string form in Forms()) Assert.That(text.Contains(form, StringComparison.OrdinalIgnoreCase), Is.False, $"{place}: a planted secret got out as {form}");
    }

    // Base64 of a text depends on where it begins: all three alignments, without the characters that the neighbours decide.
    private static IEnumerable<string> Forms()
    {
        yield return Planted;
        for (int shift = 0; shift < 3; shift++)
        {
            string encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(new string(' ', shift) + Planted));
            yield return encoded[(shift == 0 ? 0 : shift + 1)..8];
        }
    }

    private static IEnumerable<string> Events(World world)
    {
        foreach (JsonObject one in world.All("events.k8s.io/v1", "Event"))
        {
            if ((string?)one["regarding"]!["kind"] != "ApplicationInstance") continue;
            long count = (long?)one["series"]?["count"] ?? 1;
            for (long i = 0; i < count; i++) yield return (string)one["reason"]!;
        }
    }
}
