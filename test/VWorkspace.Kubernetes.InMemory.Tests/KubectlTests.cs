using System.ComponentModel;
using System.Diagnostics;

namespace VWorkspace.Kubernetes.InMemory.Tests;

/// <summary>Stock kubectl against the server: what people will do first.</summary>
[TestFixture]
public sealed class KubectlTests
{
    private const string Manifest = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings, labels: {app: demo}}
        data: {k: v}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          selector: {matchLabels: {app: demo}}
          template:
            metadata: {labels: {app: demo}}
            spec: {containers: [{name: c, image: "i:1"}]}
        ---
        apiVersion: test.example.com/v1
        kind: Gadget
        metadata: {name: g}
        spec: {text: hello, replicas: 1}
        """;

    private InMemoryApiServer _server = null!;
    private string _directory = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _directory = Directory.CreateTempSubdirectory("kubectl").FullName;
        try
        {
            await RunAsync("version", "--client");
        }
        catch (Win32Exception)
        {
            Assert.Ignore("kubectl is not installed.");
        }

        _server = await InMemoryApiServer.StartAsync();
        await _server.WriteKubeconfigAsync(Path.Combine(_directory, "kubeconfig"));
        await _server.InstallCrdYamlAsync(TestData.GadgetCrd);
        await File.WriteAllTextAsync(Path.Combine(_directory, "m.yaml"), Manifest);
        Assert.That((await RunAsync("apply", "-f", "m.yaml")).Output, Does.Contain("configmap/settings created").And.Contain("gadget.test.example.com/g created"));
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (_server is not null) await _server.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [TestCase("apply -f m.yaml", "configmap/settings unchanged")]
    [TestCase("apply --server-side --force-conflicts -f m.yaml", "deployment.apps/web serverside-applied")]
    [TestCase("diff -f m.yaml", "")]
    [TestCase("get deployments", "0/1")]
    [TestCase("get gadgets -o name", "gadget.test.example.com/g")]
    [TestCase("get cm settings -o jsonpath={.data.k}", "v")]
    [TestCase("describe deployment web", "app=demo")]
    [TestCase("describe gadget g", "hello")]
    [TestCase("label cm settings x=y --overwrite", "configmap/settings")]
    [TestCase("annotate gadget g x=y --overwrite", "gadget.test.example.com/g")]
    [TestCase("patch deployment web -p {\"metadata\":{\"labels\":{\"p\":\"q\"}}}", "deployment.apps/web patched")]
    [TestCase("patch gadget g --type=merge -p {\"spec\":{\"text\":\"hello\"}}", "gadget.test.example.com/g patched")]
    [TestCase("scale deployment web --replicas=1", "deployment.apps/web scaled")]
    [TestCase("scale gadget g --replicas=1", "gadget.test.example.com/g scaled")]
    [TestCase("explain deployment.spec.replicas", "FIELD: replicas <integer>")]
    [TestCase("explain gadget.spec.text", "FIELD: text <string>")]
    [TestCase("api-resources --api-group=test.example.com", "gadgets")]
    [TestCase("auth can-i list pods", "yes")]
    [TestCase("auth whoami", "admin")]
    [TestCase("get events", "")]
    [TestCase("cluster-info", "127.0.0.1")]
    public async Task Command_succeeds(string command, string expected)
    {
        var (code, output) = await RunAsync(command.Split(' '));
        Assert.That(code, Is.Zero, output);
        Assert.That(output, Does.Contain(expected));
    }

    [Test]
    public async Task Objects_created_imperatively_are_deleted_with_waiting()
    {
        Assert.That((await RunAsync("create", "namespace", "imperative")).Output, Does.Contain("namespace/imperative created"));
        Assert.That((await RunAsync("create", "configmap", "c", "-n", "imperative", "--from-literal=a=b")).Output, Does.Contain("configmap/c created"));
        Assert.That((await RunAsync("delete", "namespace", "imperative", "--wait", "--timeout=60s")).Output, Does.Contain("\"imperative\" deleted"));
        Assert.That(_server.Count("v1", "ConfigMap", "imperative"), Is.Zero);
    }

    [Test]
    public async Task Wait_ends_when_the_condition_comes()
    {
        var waiting = RunAsync("wait", "--for=jsonpath={.status.phase}=Ready", "gadget/g", "--timeout=60s");
        await _server.UpdateStatusAsync("test.example.com/v1", "Gadget", "default", "g", o => o["status"] = new System.Text.Json.Nodes.JsonObject { ["phase"] = "Ready" });
        var (code, output) = await waiting;
        Assert.That(code, Is.Zero, output);
    }

    [Test]
    public async Task Misspelt_field_is_refused_strictly()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "bad.yaml"), "apiVersion: test.example.com/v1\nkind: Gadget\nmetadata: {name: bad}\nspec: {txet: hello}\n");
        var (code, output) = await RunAsync("apply", "-f", "bad.yaml");
        Assert.That(code, Is.Not.Zero);
        Assert.That(output, Does.Contain("unknown field \"spec.txet\""));
    }

    private async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("kubectl", arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _directory };
        start.Environment["KUBECONFIG"] = Path.Combine(_directory, "kubeconfig");
        start.Environment["HOME"] = _directory;
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, await output + await error);
    }
}
