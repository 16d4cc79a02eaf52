using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using VWorkspace.Api;
using VWorkspace.Apps.Tests.Support;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Tests.Behaviour;

/// <summary>Each transition gives exactly one Event, one log line and one report.</summary>
public sealed class TransitionTests
{
    [Test]
    public async Task Events_log_lines_and_reports_agree()
    {
        using var log = new CollectingLog();
        await using World world = await World.StartAsync();
        world.Logging = LoggerFactory.Create(b => b.SetMinimumLevel(LogLevel.Information).AddProvider(log));
        world.StartOperator();
        await world.ApplyAsync(Samples.Wiki);
        await world.ShowsAsync("wiki", "Ready=Unknown/Reconciling");
        await world.InstalledAsync();
        await world.ShowsAsync("wiki", "Ready=True/HelmReleaseReady");
        await world.AnnotateAsync("wiki", Annotations.Reconcile, "disabled");
        await world.ShowsAsync("wiki", "Suspended=True/ReconcilePaused");
        await world.AnnotateAsync("wiki", Annotations.Reconcile, null);
        await world.ShowsAsync("wiki", "Suspended=False/Active");
        await world.QuietAsync();

        string[] reported;
        lock (world.Reports)
            reported = [.. world.Reports.Where(r => r.Kind == StateReport.TransitionKind).Select(r => $"{r.Condition!.Type}={r.Condition.Status}/{r.Condition.Reason}")];
        Assert.That(reported, Is.EqualTo(new[]
        {
            "Ready=Unknown/Reconciling", "Reconciling=True/HelmReleaseInstalling", "Suspended=False/Active",
            "Ready=True/HelmReleaseReady", "Reconciling=False/Stable",
            "Suspended=True/ReconcilePaused", "Suspended=False/Active",
        }));
        Assert.That(log.Transitions, Is.EqualTo(reported));

        // Identical Events are one object with a count.
        string[] expected = ["Active", "ReconcilePaused", "ReconcileStarted", "ReconcileSucceeded", "Reconciling", "Stable"];
        string[] events = [];
        await World.UntilAsync(
            async () =>
            {
                ApiResult<ObjectPage<DynamicObject>> page = await world.Hands.ListAsync(DynamicObject.Resource(new("", "v1", "Event"), "events"), World.Namespace, new(), default);
                events = [.. page.Value.Items.Select(e => (string)e.Json["reason"]!).Order(StringComparer.Ordinal)];
                return events.Length >= expected.Length;
            },
            () => $"Events: {string.Join(", ", events)}");
        Assert.That(events, Is.EqualTo(expected));
    }

    private sealed class CollectingLog : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _transitions = new();

        public string[] Transitions => [.. _transitions];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (formatter(state, exception) != "condition changed" || state is not IReadOnlyList<KeyValuePair<string, object?>> fields) return;
            Dictionary<string, object?> named = fields.ToDictionary(f => f.Key, f => f.Value, StringComparer.Ordinal);
            _transitions.Enqueue($"{named["type"]}={named["status"]}/{named["reason"]}");
        }

        public void Dispose()
        {
            // Nothing to release.
        }
    }
}
