using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory;
using VWorkspace.Operator.Hosting;
using VWorkspace.Operator.Tests.Docs;

namespace VWorkspace.Operator.Tests.Hosting;

/// <summary>The executable as people and kubelet see it.</summary>
public sealed class ManagerProcessTests
{
    private static readonly string[] AlwaysThere = ["level", "ts", "logger", "msg", "cluster_id", "org_id", "operator_version"];
    private string _directory = "";

    [SetUp]
    public void Directory() => _directory = System.IO.Directory.CreateTempSubdirectory("manager-").FullName;

    [TearDown]
    public void Remove() => System.IO.Directory.Delete(_directory, recursive: true);

    [Test]
    public async Task A_wrong_flag_ends_with_2_and_one_line_that_names_it()
    {
        await using var manager = ManagerUnderTest.Start("--bad-flag=vwksp-reg-0123abcd");
        Assert.That(await manager.ExitCodeAsync(), Is.EqualTo(ExitCode.Usage));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(manager.Log[0], Is.EqualTo("manager: unknown flag --bad-flag"));
            Assert.That(manager.Log, Has.None.Contains("0123abcd"));
            Assert.That(manager.Output, Is.Empty);
        }
    }

    [Test]
    public async Task Version_and_help_go_to_stdout()
    {
        await using var version = ManagerUnderTest.Start("version", "-o", "json");
        await using var help = ManagerUnderTest.Start("--help");
        Assert.That((await version.ExitCodeAsync(), await help.ExitCodeAsync()), Is.EqualTo((ExitCode.Success, ExitCode.Success)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That((string?)JsonNode.Parse(version.Output[0])!["version"], Does.Match(@"^v\d+\.\d+\.\d+"));
            Assert.That(help.Output, Has.Some.Contains("--leader-elect"));
            Assert.That(version.Log.Concat(help.Log), Is.Empty);
        }
    }

    [Test]
    public async Task A_missing_kubeconfig_ends_the_start_with_one_clear_line()
    {
        string path = Path.Combine(_directory, "missing");
        await using var manager = ManagerUnderTest.Start("--kubeconfig", path, "--metrics-bind-address=0", "--health-probe-bind-address=0");
        Assert.That(await manager.ExitCodeAsync(), Is.EqualTo(ExitCode.Failure));
        Assert.That((string?)(await manager.LogLineAsync("no usable Kubernetes configuration"))["error"], Does.Contain(path));
    }

    [Test]
    public async Task An_API_server_that_stays_away_ends_the_start_after_the_timeout()
    {
        string kubeconfig = Path.Combine(_directory, "kubeconfig");
        await using (InMemoryApiServer server = await InMemoryApiServer.StartAsync()) await File.WriteAllTextAsync(kubeconfig, server.Kubeconfig);
        await using var manager = ManagerUnderTest.Start("--kubeconfig", kubeconfig, "--startup-timeout=1s", "--metrics-bind-address=0", "--health-probe-bind-address=127.0.0.1:0");
        Assert.That(await manager.ExitCodeAsync(), Is.EqualTo(ExitCode.Failure));
        Assert.That((string?)(await manager.LogLineAsync("start failed"))["error"], Does.StartWith("api-server: "));
        Assert.That(manager.Log.Count(line => line.Contains("\"level\":\"error\"", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public async Task A_taken_port_ends_the_start_with_one_clear_line()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        await using var manager = ManagerUnderTest.Start($"--health-probe-bind-address={taken.LocalEndpoint}", "--metrics-bind-address=0");
        Assert.That(await manager.ExitCodeAsync(), Is.EqualTo(ExitCode.Failure));
        Assert.That((string?)(await manager.LogLineAsync("cannot listen"))["error"], Does.Contain("in use"));
    }

    [Test]
    public async Task Without_CRDs_it_names_them_and_waits_with_them_it_works_and_ends_in_order()
    {
        await using InMemoryApiServer server = await InMemoryApiServer.StartAsync();
        string kubeconfig = Path.Combine(_directory, "kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, server.Kubeconfig);
        await using var manager = ManagerUnderTest.Start(
            "--kubeconfig", kubeconfig, "--leader-elect", "--leader-election-namespace=default", "--metrics-bind-address=127.0.0.1:0", "-health-probe-bind-address", "127.0.0.1:0", "--event-buffer-size=7", "--agent-enabled=true");
        JsonObject listening = await manager.LogLineAsync("listening");
        string health = (string)listening["health"]!, metrics = (string)listening["metrics"]!;

        JsonObject missing = await manager.LogLineAsync("custom resource definitions are missing");
        Assert.That((string?)missing["missing"], Does.Contain("applicationinstances.apps.vworkspace.io").And.Contain("operations.ops.vworkspace.io").And.Contain("clusters.ops.vworkspace.io"));
        JsonObject notReady = await Http.UntilAsync(health, "/readyz", HttpStatusCode.ServiceUnavailable);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(notReady["failed"]!.AsArray().Select(name => (string?)name), Does.Contain("crds"));
            Assert.That(notReady["checks"]!.AsArray().Select(check => (string?)check!["name"]), Is.EqualTo(new[] { "crds", "rbac", "cache-sync", "webhook", "control-plane", "shutdown" }));
            Assert.That((await Http.GetAsync(health, "/healthz")).Status, Is.EqualTo(HttpStatusCode.OK), "waiting is no reason for a restart");
            Assert.That((await Http.GetAsync(health, "/readyz/shutdown")).Status, Is.EqualTo(HttpStatusCode.OK));
            Assert.That((await Http.GetAsync(health, "/readyz/nothing")).Status, Is.EqualTo(HttpStatusCode.NotFound));
        }

        await server.InstallCrdsAsync(RepositoryFiles.Path("crds"));
        await manager.LogLineAsync("custom resource definitions are served");
        JsonObject ready = await Http.UntilAsync(health, "/readyz", HttpStatusCode.OK);
        Assert.That((string?)ready["status"], Is.EqualTo("ok"));
        await MetricsUntilAsync(metrics, "leader_election_master_status{name=\"dad03b25.vworkspace.io\"} 1", () => string.Join('\n', manager.Log));

        manager.Terminate();
        Assert.That(await manager.ExitCodeAsync(), Is.EqualTo(ExitCode.Success));
        using (Assert.EnterMultipleScope())
        {
            Assert.That((string?)(await manager.LogLineAsync("shutdown started"))["signal"], Is.EqualTo("SIGTERM"));
            Assert.That((long?)(await manager.LogLineAsync("shutdown finished"))["duration_ms"], Is.GreaterThanOrEqualTo(0));
            Assert.That((string?)(await manager.LogLineAsync("flag has no effect"))["flag"], Is.EqualTo("--event-buffer-size"));
            Assert.That((string?)(await manager.LogLineAsync("flag is obsolete"))["flag"], Is.EqualTo("--agent-enabled"));
            Assert.That(manager.Output, Is.Empty, "stdout belongs to sub-commands");
            foreach (string line in manager.Log)
            {
                JsonObject record = JsonNode.Parse(line)!.AsObject();
                foreach (string field in AlwaysThere) Assert.That(record.ContainsKey(field), Is.True, $"{field} in {line}");
                Assert.That(line, Does.Not.Contain(server.Token));
            }
        }
    }

    private static async Task MetricsUntilAsync(string address, string line, Func<string> log)
    {
        using var limit = new CancellationTokenSource(ManagerUnderTest.Patience);
        while (true)
        {
            (_, string body) = await Http.GetAsync(address, "/metrics");
            if (body.Contains(line, StringComparison.Ordinal)) return;
            try
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"'{line}' never came; the last scrape:\n{body}\n{log()}");
            }
        }
    }
}
