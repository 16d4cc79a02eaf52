using System.Net;
using VWorkspace.Kubernetes.InMemory;
using VWorkspace.Operator.Hosting;
using VWorkspace.Operator.Settings;
using VWorkspace.Operator.Tests.Docs;

namespace VWorkspace.Operator.Tests.Hosting;

/// <summary>The composition, run in this process.</summary>
public sealed class OperatorHostTests
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
    public async Task Secure_metrics_are_withheld_rather_than_served_openly()
    {
        await using OperatorUnderTest manager = await OperatorUnderTest.StartAsync(_server, _directory, options => options with { Metrics = options.Metrics with { Secure = true } });
        Assert.That((await manager.ListeningAsync()).Metrics, Is.Null);
        await Http.UntilAsync(await manager.HealthAsync(), "/readyz", HttpStatusCode.OK);
        Assert.That(manager.Log, Does.Contain("metrics are not served"));
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

    private static OperatorOptions Elect(OperatorOptions options) =>
        options with { LeaderElection = new() { Enabled = true, LeaseNamespace = "default", RetryPeriod = TimeSpan.FromMilliseconds(200) } };
}
