using System.Text.Json.Nodes;
using VWorkspace.Api;
using VWorkspace.Apps.Tests.Support;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;
using VWorkspace.Kubernetes.Credentials;
using VWorkspace.Kubernetes.InMemory;
using VWorkspace.Kubernetes.Yaml;

namespace VWorkspace.Apps.Tests.Behaviour;

/// <summary>What the controller asks the API server for, by the log of that server: nothing that its stores could answer.</summary>
public sealed class CallCountTests
{
    private const string Agent = "counted";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);
    private InMemoryApiServer _server = null!;
    private KubernetesClient _client = null!;
    private ControllerManager _manager = null!;
    private CancellationTokenSource _stop = null!;
    private Task<ManagerExit> _running = null!;
    private SemaphoreSlim _passes = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await InMemoryApiServer.StartAsync(new() { RequestLogSize = 100_000 });
        await _server.InstallCrdsAsync(Repository.Crds);
        await _server.InstallCrdYamlAsync(FluxCrds.Flux);
        await _server.ApplyAsync(KubernetesYaml.ParseObject("{apiVersion: v1, kind: Namespace, metadata: {name: org-blue}}"));
        _passes = new(0);
        Run(TimeSpan.FromMilliseconds(100));
    }

    [TearDown]
    public async Task StopAsync()
    {
        await EndAsync();
        await _server.DisposeAsync();
        _passes.Dispose();
    }

    [Test]
    public async Task Settled_instance_costs_no_call_however_often_it_is_looked_at()
    {
        await InstalledAsync();
        await SettledAsync();
        _server.ClearRequests();
        await PassesAsync(20);
        Assert.That(Calls(), Is.Empty);
    }

    [Test]
    public async Task Operator_that_starts_again_reads_and_writes_nothing_beside_its_watches()
    {
        await InstalledAsync();
        await SettledAsync();
        await EndAsync();
        _server.ClearRequests();
        Run(TimeSpan.FromMilliseconds(100));
        await PassesAsync(10);
        Assert.That(Calls(), Is.Empty);
    }

    [Test]
    public async Task Endpoints_follow_an_ingress_without_a_look_by_timer()
    {
        await EndAsync();
        Run(TimeSpan.FromHours(1));
        await InstalledAsync();
        await _server.ApplyAsync(KubernetesYaml.ParseObject(
            "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: wiki, namespace: org-blue, labels: {app.kubernetes.io/instance: wiki}}, spec: {rules: [{host: wiki.example.com}]}}"));
        await ShowsAsync(json => (string?)json?["status"]?["endpoints"]?[0]?["url"] == "http://wiki.example.com");
        await _server.DeleteAsync("networking.k8s.io/v1", "Ingress", "org-blue", "wiki");
        await ShowsAsync(json => json?["status"]?["endpoints"] is null);
        Assert.That(Calls().Where(c => c.Contains("ingresses", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public async Task Deletion_reads_once_whether_the_release_is_gone_and_nothing_else()
    {
        await InstalledAsync();
        await SettledAsync();
        _server.ClearRequests();
        await _server.DeleteAsync("apps.vworkspace.io/v1alpha1", "ApplicationInstance", "org-blue", "wiki");
        await _server.WaitForAsync("apps.vworkspace.io/v1alpha1", "ApplicationInstance", "org-blue", "wiki", json => json is null, Patience);
        await _manager.WaitUntilIdleAsync(CancellationToken.None).WaitAsync(Patience);
        Assert.That(Calls(), Is.EquivalentTo(new[]
        {
            "patch applicationinstances/status", "delete helmreleases", "get helmreleases", "patch applicationinstances/status", "delete ocirepositories", "patch applicationinstances",
        }));
    }

    [Test]
    public async Task Refused_reads_of_a_deletion_are_told_on_the_instance_until_they_are_allowed()
    {
        await InstalledAsync();
        await SettledAsync();
        _server.Faults.Add(new() { Verb = "get", Resource = "helmreleases" }, new Fault.Refuse(403, "Forbidden", "not allowed to look"));
        await _server.DeleteAsync("apps.vworkspace.io/v1alpha1", "ApplicationInstance", "org-blue", "wiki");
        await ShowsAsync(json => json?["status"]?["conditions"]?.AsArray().Any(c => (string?)c!["type"] == "Deleting" && ((string?)c["message"] ?? string.Empty).Contains("not allowed to look", StringComparison.Ordinal)) == true);
        _server.Faults.Clear();
        await _server.WaitForAsync("apps.vworkspace.io/v1alpha1", "ApplicationInstance", "org-blue", "wiki", json => json is null, Patience);
    }

    private async Task InstalledAsync()
    {
        await _server.ApplyAsync(KubernetesYaml.ParseObject(Samples.Wiki));
        await _server.WaitForAsync("helm.toolkit.fluxcd.io/v2", "HelmRelease", "org-blue", "wiki", json => json is not null, Patience);
        const string Condition = """{"type":"Ready","status":"True","reason":"Succeeded","message":"ok","observedGeneration":1,"lastTransitionTime":"2026-01-01T00:00:00Z"}""";
        await _server.UpdateStatusAsync("source.toolkit.fluxcd.io/v1", "OCIRepository", "org-blue", "wiki-source", json => json["status"] = JsonNode.Parse(
            $$"""{"observedGeneration":1,"artifact":{"revision":"1.2.3@sha256:1"},"conditions":[{{Condition}}]}"""));
        await _server.UpdateStatusAsync("helm.toolkit.fluxcd.io/v2", "HelmRelease", "org-blue", "wiki", json => json["status"] = JsonNode.Parse(
            $$"""{"observedGeneration":1,"lastAttemptedRevisionDigest":"sha256:1","history":[{"version":1,"status":"deployed","chartVersion":"1.2.3"}],"conditions":[{{Condition}}]}"""));
        await ShowsAsync(json => json?["status"]?["conditions"]?.AsArray().Any(c => (string?)c!["type"] == "Ready" && (string?)c["status"] == "True") == true);
    }

    /// <summary>Waits until some passes in a row asked for nothing: Events and the last change are on their way still.</summary>
    private async Task SettledAsync()
    {
        for (int before = -1; before != (before = _server.Requests.Count(r => r.UserAgent == Agent));) await PassesAsync(5);
    }

    /// <summary>Waits until so many passes more have ended and nothing is on its way.</summary>
    private async Task PassesAsync(int count)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (await _passes.WaitAsync(TimeSpan.Zero)) { }
        for (int i = 0; i < count; i++) await _passes.WaitAsync(limit.Token);
        await _manager.WaitUntilIdleAsync(limit.Token);
    }

    private void Run(TimeSpan resync)
    {
        _client = new(
            new() { Server = _server.Uri, CertificateAuthorityData = _server.CaCertificatePem, Credential = KubernetesCredential.BearerToken(_server.Token) }, new() { UserAgent = Agent });
        _manager = new(new() { Client = _client, Events = new() { ReportingController = Agent, ReportingInstance = Agent }, Seed = 7, OnReconciled = _ => _passes.Release() });
        ApplicationInstanceController.AddTo(_manager, new() { SettledResync = resync, SourceSyncingNotice = TimeSpan.FromMinutes(1) });
        _stop = new();
        _running = _manager.RunAsync(_stop.Token, _stop.Token);
    }

    private async Task EndAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(Patience);
        await _manager.DisposeAsync();
        await _client.DisposeAsync();
        _stop.Dispose();
    }

    private Task ShowsAsync(Func<JsonObject?, bool> state) => _server.WaitForAsync("apps.vworkspace.io/v1alpha1", "ApplicationInstance", "org-blue", "wiki", state, Patience);

    // Watches, discovery and Events apart.
    private string[] Calls() =>
    [
        .. _server.Requests.Where(r => r.UserAgent == Agent && r.Resource.Length > 0 && r.Verb != "watch" && r.Resource != "events")
            .Select(r => $"{r.Verb} {r.Resource}{(r.Subresource.Length > 0 ? "/" + r.Subresource : string.Empty)}"),
    ];
}
