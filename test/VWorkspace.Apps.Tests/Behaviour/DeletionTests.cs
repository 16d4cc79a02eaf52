using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using VWorkspace.Api;
using VWorkspace.Apps.Flux;
using VWorkspace.Apps.Tests.Support;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Tests.Behaviour;

/// <summary>Instances that do not go at once.</summary>
public sealed class DeletionTests
{
    [Test]
    public async Task Failing_deletion_shows_its_cause_once_and_takes_it_back_when_it_goes_on()
    {
        await using World world = await World.StartAsync();
        world.Options = world.Options with { DeletionRecheck = TimeSpan.FromMilliseconds(500) };
        KubernetesError? refusal = new(new() { Code = 403, Reason = "Forbidden", Message = "helmreleases is forbidden: no" });
        world.StartOperator(tap => tap.Refuse = what => what == "delete helmreleases" ? refusal : null);
        await world.ApplyAsync(Samples.Wiki);
        await world.ExistsAsync(FluxResources.HelmReleases, "wiki");
        await world.PatchAsync(FluxResources.HelmReleases, "wiki", "{metadata: {finalizers: [finalizers.fluxcd.io]}}");
        await world.QuietAsync();
        int before = world.Operator.Writes.Count;
        await world.DeleteAsync(ApiResources.ApplicationInstances, "wiki");
        await MessageAsync(world, m => m.Contains("helmreleases is forbidden", StringComparison.Ordinal));
        // The instance is queued again and again; what it shows is true already.
        for (int touch = 0; touch < 3; touch++)
        {
            await world.PatchAsync(FluxResources.HelmReleases, "wiki", $"{{metadata: {{annotations: {{touched: \"{touch}\"}}}}}}");
            await world.QuietAsync();
        }

        Assert.That(world.Operator.Writes.Skip(before), Is.EqualTo(new[] { "apply applicationinstances/status", "apply applicationinstances/status" }), "that it goes, and why it does not");
        refusal = null;
        await world.ExistsAsync(FluxResources.HelmReleases, "wiki", r => r.Metadata.IsBeingDeleted);
        await MessageAsync(world, m => !m.Contains("forbidden", StringComparison.Ordinal));
        await world.PatchAsync(FluxResources.HelmReleases, "wiki", "{metadata: {finalizers: null}}");
        await world.GoneAsync(ApiResources.ApplicationInstances, "wiki");
    }

    [Test]
    public async Task Every_deletion_of_a_flux_object_is_in_the_log()
    {
        using var log = new AppliedLines();
        await using World world = await World.StartAsync();
        world.Logging = LoggerFactory.Create(b => b.SetMinimumLevel(LogLevel.Information).AddProvider(log));
        world.StartOperator();
        await world.ApplyAsync(Samples.Wiki);
        await world.ExistsAsync(FluxResources.HelmReleases, "wiki");
        await world.DeleteAsync(ApiResources.ApplicationInstances, "wiki");
        await world.GoneAsync(ApiResources.ApplicationInstances, "wiki");
        Assert.That(log.Lines, Is.EqualTo(new[]
        {
            "create OCIRepository org-blue/wiki-source", "create HelmRelease org-blue/wiki", "delete HelmRelease org-blue/wiki", "delete OCIRepository org-blue/wiki-source",
        }));
    }

    [Test]
    public async Task Restore_that_is_being_cancelled_still_holds_the_instance()
    {
        await using World world = await World.StartAsync();
        world.StartOperator();
        await world.ApplyAsync(Samples.Wiki);
        await world.ExistsAsync(FluxResources.HelmReleases, "wiki");
        await world.InstalledAsync();
        await world.ApplyAsync("""
            apiVersion: ops.vworkspace.io/v1alpha1
            kind: Operation
            metadata: {name: restore-1, namespace: org-blue, finalizers: [ops.vworkspace.io/finalizer]}
            spec: {targetRef: {name: wiki}, type: Restore, engine: velero}
            """);
        Operation restore = (await world.FindAsync(ApiResources.Operations, "restore-1"))!;
        await world.AnnotateAsync("wiki", Annotations.SuspendedByOperation, restore.Metadata.Uid);
        await world.ShowsAsync("wiki", "Suspended=True/ManuallySuspended");
        await world.ExistsAsync(FluxResources.HelmReleases, "wiki", r => r.IsSuspended);
        await world.DeleteAsync(ApiResources.Operations, "restore-1");
        await world.PatchAsync(FluxResources.HelmReleases, "wiki", "{metadata: {annotations: {touched: \"1\"}}}");
        await world.QuietAsync();
        Assert.That((await world.FindAsync(ApiResources.ApplicationInstances, "wiki"))!.Metadata.Annotations, Does.ContainKey(Annotations.SuspendedByOperation));
        Assert.That((await world.FindAsync(FluxResources.HelmReleases, "wiki"))!.IsSuspended);
        await world.PatchAsync(ApiResources.Operations, "restore-1", "{metadata: {finalizers: null}}");
        await world.ShowsAsync("wiki", "Suspended=False/Active");
        await world.ExistsAsync(FluxResources.HelmReleases, "wiki", r => !r.IsSuspended);
    }

    private static Task MessageAsync(World world, Func<string, bool> that)
    {
        string seen = string.Empty;
        return World.UntilAsync(
            async () => that(seen = (await world.FindAsync(ApiResources.ApplicationInstances, "wiki"))?.Status.Conditions.Find("Deleting")?.Message ?? string.Empty),
            () => $"message of Deleting; it is '{seen}'");
    }

    private sealed class AppliedLines : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public string[] Lines => [.. _lines];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (formatter(state, exception) != "resource applied" || state is not IReadOnlyList<KeyValuePair<string, object?>> fields) return;
            Dictionary<string, object?> named = fields.ToDictionary(f => f.Key, f => f.Value, StringComparer.Ordinal);
            _lines.Enqueue($"{named["operation"]} {named["kind"]} {named["target_namespace"]}/{named["target_name"]}");
        }

        public void Dispose()
        {
            // Nothing to release.
        }
    }
}
