using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using VWorkspace.Api;
using VWorkspace.Kubernetes;
using VWorkspace.Kubernetes.InMemory;
using VWorkspace.Kubernetes.Yaml;
using VWorkspace.Operator.Hosting;
using VWorkspace.Operator.Settings;
using VWorkspace.Operator.Tests.Docs;

namespace VWorkspace.Operator.Tests.Hosting;

/// <summary>The composition, run in this process.</summary>
public sealed partial class OperatorHostTests
{
    private InMemoryApiServer _server = null!;
    private string _directory = "";

    [SetUp]
    public async Task Start()
    {
        _directory = Directory.CreateTempSubdirectory("host-").FullName;
        _server = await InMemoryApiServer.StartAsync();
        await _server.InstallCrdsAsync(RepositoryFiles.Path("crds"));
    }

    [TearDown]
    public async Task Stop()
    {
        await _server.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Test]
    public async Task Of_two_replicas_one_leads_and_the_other_takes_over_when_it_stops()
    {
        await using OperatorUnderTest first = await OperatorUnderTest.StartAsync(_server, _directory, Elect);
        await first.ScrapeUntilAsync("leader_election_master_status{name=\"dad03b25.vworkspace.io\"} 1");
        await using OperatorUnderTest second = await OperatorUnderTest.StartAsync(_server, _directory, Elect);
        await Http.UntilAsync(await second.HealthAsync(), "/readyz", HttpStatusCode.OK);
        await second.ScrapeUntilAsync("leader_election_master_status{name=\"dad03b25.vworkspace.io\"} 0");

        Assert.That(await first.StopAsync(), Is.EqualTo(ExitCode.Success));
        await second.ScrapeUntilAsync("leader_election_master_status{name=\"dad03b25.vworkspace.io\"} 1");
    }

    [Test]
    public async Task Reconciles_and_applications_are_counted()
    {
        await using OperatorUnderTest manager = await OperatorUnderTest.StartAsync(_server, _directory);
        await manager.ScrapeUntilAsync("vworkspace_operator_applicationinstances{ready=\"unknown\"} 0");
        string kubeconfig = Path.Combine(_directory, "own");
        await File.WriteAllTextAsync(kubeconfig, _server.Kubeconfig);
        await using var client = new KubernetesClient(KubernetesClientConfiguration.FromKubeconfigFile(kubeconfig));
        JsonObject instance = KubernetesYaml.ParseObject("""
            spec:
              appRef: {catalogId: nextcloud}
              chart: {sourceType: oci, url: "oci://registry.example.com/charts", name: nextcloud, version: 6.2.4}
              release: {name: nextcloud, namespace: default}
              values: {source: inline, inline: {}}
            """);
        instance["metadata"] = new JsonObject { ["name"] = "nextcloud" };
        Assert.That((await client.CreateAsync(ApiResources.ApplicationInstances, "default", instance, new WriteOptions(), CancellationToken.None)).Error?.ToString(), Is.Null);

        // Without Flux it is blocked and nothing is known about its readiness.
        await manager.ScrapeUntilAsync("vworkspace_operator_applicationinstances{ready=\"unknown\"} 1");
        string scrape = await manager.ScrapeUntilAsync(Requeued());
        Assert.That(manager.Log, Does.Not.Contain("definitions are missing"), "they were there from the start");
        JsonObject[] lines = [.. (await manager.RecordsUntilAsync(records => records.Any(line => (string?)line["msg"] == "reconcile finished"))).Where(line => (string?)line["controller"] == "applicationinstance")];
        Assert.That(lines.Select(line => (string?)line["msg"]), Does.Contain("reconcile started").And.Contain("condition changed"));
        foreach (JsonObject line in lines)
            Assert.That(((string?)line["application_instance"], (string?)line["namespace"], (string?)line["name"]), Is.EqualTo(("nextcloud", "default", "nextcloud")), line.ToJsonString());
        Assert.That(scrape, Does.Match("vworkspace_operator_reconcile_duration_seconds_count\\{controller=\"applicationinstance\"\\} [1-9]"));
    }

    [TestCase("missing", "404")]
    [TestCase("default", "403")]
    public async Task A_standby_that_cannot_use_the_lease_says_so_once(string leaseNamespace, string code)
    {
        using IDisposable? refusal = code == "403" ? _server.Faults.Add(new RequestMatch { Resource = "leases" }, new Fault.Refuse(403, "Forbidden", "leases are forbidden (403)")) : null;
        await using OperatorUnderTest manager = await OperatorUnderTest.StartAsync(_server, _directory, options => Elect(options) with { LeaderElection = Elect(options).LeaderElection with { LeaseNamespace = leaseNamespace } });
        IReadOnlyList<JsonObject> records = await manager.RecordsUntilAsync(all =>
            all.Any(line => ((string)line["msg"]!).StartsWith("lease cannot be read or written", StringComparison.Ordinal)) && _server.Requests.Count(request => request.Resource == "leases") >= 6);
        JsonObject told = records.Single(line => ((string?)line["msg"])!.StartsWith("lease cannot", StringComparison.Ordinal));
        Assert.That(((string?)told["level"], (string?)told["lease"], (string?)told["namespace"]), Is.EqualTo(("warn", "dad03b25.vworkspace.io", leaseNamespace)));
        Assert.That((string?)told["error"], Does.Contain(code));
    }

    [Test]
    public async Task Options_that_make_no_sense_end_the_run_with_2()
    {
        await using OperatorUnderTest manager = await OperatorUnderTest.StartAsync(_server, _directory, options => options with { LeaderElection = options.LeaderElection with { RenewDeadline = TimeSpan.FromMinutes(1) } });
        Assert.That(await manager.ExitCodeAsync(), Is.EqualTo(ExitCode.Usage));
        Assert.That(manager.Log, Does.Contain("--leader-elect-renew-deadline"));
    }

    [Test]
    public async Task A_stop_during_the_wait_for_the_API_server_is_clean()
    {
        InMemoryApiServer gone = await InMemoryApiServer.StartAsync();
        await gone.DisposeAsync();
        await using OperatorUnderTest manager = await OperatorUnderTest.StartAsync(gone, _directory);
        string health = await manager.HealthAsync();
        await Http.UntilAsync(health, "/readyz", HttpStatusCode.ServiceUnavailable);
        Assert.That(await manager.StopAsync(), Is.EqualTo(ExitCode.Success));
    }

    [GeneratedRegex("vworkspace_operator_reconcile_total\\{controller=\"applicationinstance\",result=\"requeue\"\\} [1-9]", RegexOptions.None, 10_000)]
    private static partial Regex Requeued();

    private static OperatorOptions Elect(OperatorOptions options) =>
        options with { LeaderElection = new() { Enabled = true, LeaseNamespace = "default", RetryPeriod = TimeSpan.FromMilliseconds(200) } };
}
