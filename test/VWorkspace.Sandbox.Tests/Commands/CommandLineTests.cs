using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes;
using VWorkspace.Sandbox.Worlds;

namespace VWorkspace.Sandbox.Tests.Commands;

/// <summary>What the commands say and return.</summary>
public sealed class CommandLineTests
{
    private string _directory = null!;

    [SetUp]
    public void MakeDirectory() => _directory = Directory.CreateTempSubdirectory("vworkspace-cli-").FullName;

    [TearDown]
    public void RemoveDirectory() => Directory.Delete(_directory, recursive: true);

    [TestCase(new[] { "nonsense" }, "unknown command or option 'nonsense'")]
    [TestCase(new string[0], "command")]
    [TestCase(new[] { "tour", "--wrong" }, "unknown command or option '--wrong'")]
    [TestCase(new[] { "up", "--api-port", "abc" }, "--api-port must be a number from 0 to 65535, not 'abc'")]
    [TestCase(new[] { "apiserver", "--api-port", "65536" }, "--api-port must be a number from 0 to 65535, not '65536'")]
    [TestCase(new[] { "apiserver", "--crds", "/does/not/exist" }, "directory '/does/not/exist' does not exist")]
    [TestCase(new[] { "tour", "--flux-crds", "/does/not/exist" }, "directory '/does/not/exist' does not exist")]
    [TestCase(new[] { "tour", "--json", "/does/not/exist/report.json" }, "'/does/not/exist/report.json' cannot be written")]
    public async Task Wrong_usage_is_one_line_on_stderr_and_exit_code_2(string[] arguments, string expected)
    {
        (int code, string output, string error) = await SandboxProcess.RunAsync(arguments);
        Assert.Multiple(() =>
        {
            Assert.That(code, Is.EqualTo(2));
            Assert.That(error.Trim(), Does.StartWith("error: ").And.Contains(expected).And.Not.Contains('\n'));
            Assert.That(output, Is.Empty);
        });
    }

    [Test]
    public async Task Bad_yaml_is_named_with_its_place()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "broken.yaml"), "kind: [unclosed\n");
        await IsUsageAsync("broken.yaml", "apiserver", "--crds", _directory);
    }

    [Test]
    public async Task Crd_that_the_server_refuses_is_named_with_the_servers_words()
    {
        await File.WriteAllTextAsync(
            Path.Combine(_directory, "wrong.yaml"), "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: Wrong_Name}\nspec: {group: example.com}\n");
        await IsUsageAsync("wrong.yaml", "apiserver", "--kubeconfig", Path.Combine(_directory, "kubeconfig"), "--crds", _directory);
    }

    [TestCase("up", "--dir")]
    [TestCase("apiserver", "--kubeconfig")]
    public async Task Port_in_use_is_said(string command, string fileOption)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        await IsUsageAsync($"port {port} on 127.0.0.1 is in use", command, "--api-port", port, fileOption, Path.Combine(_directory, "x"));
    }

    [Test]
    public async Task Directory_that_is_a_file_is_said()
    {
        string file = Path.Combine(_directory, "file");
        await File.WriteAllTextAsync(file, "");
        await IsUsageAsync("cannot be written", "up", "--api-port", "0", "--dir", file);
    }

    [Test]
    public async Task Flux_without_definitions_is_said() => await IsUsageAsync("holds no CustomResourceDefinition", "tour", "--flux-crds", _directory);

    [TestCase("--help", "tour")]
    [TestCase("tour --help", "--json")]
    [TestCase("up --help", "--api-port")]
    [TestCase("apiserver --help", "--crds")]
    public async Task Help_names_what_there_is(string arguments, string expected)
    {
        (int code, string output, _) = await SandboxProcess.RunAsync(arguments.Split(' '));
        Assert.That(code, Is.Zero);
        Assert.That(output, Does.Contain(expected));
    }

    [Test]
    public async Task Apiserver_says_ready_serves_its_CRDs_and_ends_when_told()
    {
        string kubeconfig = Path.Combine(_directory, "deep", "kubeconfig"), crds = Path.Combine(_directory, "crds");
        Directory.CreateDirectory(crds);
        foreach (Manifest manifest in Manifests.OperatorCrds)
            await File.WriteAllTextAsync(Path.Combine(crds, $"{manifest.Content["metadata"]!["name"]}.yaml"), manifest.Content.ToJsonString());
        using SandboxProcess sandbox = SandboxProcess.Start("apiserver", "--kubeconfig", kubeconfig, "--crds", crds);
        string line = await sandbox.ReadLineAsync();
        Assert.That(line, Does.Match(@"^ready https://127\.0\.0\.1:\d+$"));

        await using (var client = new KubernetesClient(KubernetesClientConfiguration.FromKubeconfigFile(kubeconfig)))
        {
            ApiResult<ObjectPage<DynamicObject>> instances = await client.ListAsync(Kinds.ApplicationInstances, null, new(), CancellationToken.None);
            Assert.That(instances.Value.Items, Is.Empty);
            ApiResult<JsonObject> version = await client.GetRawAsync("/version", null, CancellationToken.None);
            Assert.That((string?)version.Value["major"], Is.EqualTo("1"));
        }

        if (!OperatingSystem.IsWindows()) Assert.That(File.GetUnixFileMode(kubeconfig), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite), "it holds a token");
        sandbox.Terminate();
        Assert.That((await sandbox.EndAsync()).Code, Is.Zero);
    }

    [Test]
    public async Task Tour_happens_and_writes_the_same_as_data()
    {
        string json = Path.Combine(_directory, "report.json");
        (int code, string output, string error) = await SandboxProcess.RunAsync("tour", "--json", json);
        Assert.That(code, Is.Zero, output + error);
        JsonObject report = JsonNode.Parse(await File.ReadAllTextAsync(json))!.AsObject();
        string[] names = [.. report["steps"]!.AsArray().Select(step => (string)step!["name"]!)];
        Assert.Multiple(() =>
        {
            Assert.That((bool?)report["succeeded"], Is.True);
            Assert.That(report["steps"]!.AsArray().Select(step => (string?)step!["outcome"]), Has.All.EqualTo("done"));
            Assert.That(output, Does.Contain("Ready=True/HelmReleaseReady").And.Contains("Ready=True/InstallSucceeded").And.Contains("Deleting=True/Uninstalling"));
            foreach (string name in names) Assert.That(output, Does.Contain(name));
        });
    }

    [Test]
    public async Task Tour_happens_with_the_released_CRDs_of_Flux()
    {
        (int code, string output, string error) = await SandboxProcess.RunAsync(["tour", "--flux-crds", .. ReleasedFluxCrds()]);
        Assert.That(code, Is.Zero, output + error);
    }

    [Test]
    public async Task Up_writes_what_kubectl_needs_and_ends_cleanly_when_told()
    {
        string directory = Path.Combine(_directory, "world");
        using SandboxProcess sandbox = SandboxProcess.Start("up", "--api-port", "0", "--dir", directory);
        string line = await sandbox.ReadLineAsync();
        Assert.That(line, Does.StartWith("The cluster is up: https://127.0.0.1:"));
        Assert.That(File.Exists(Path.Combine(directory, "nextcloud.yaml")), Is.True);
        await using (var client = new KubernetesClient(KubernetesClientConfiguration.FromKubeconfigFile(Path.Combine(directory, "kubeconfig"))))
        {
            var writer = new ClusterWriter(client, TimeProvider.System);
            foreach (Manifest manifest in Manifests.Directory(directory)) await writer.ApplyAsync(manifest, CancellationToken.None);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
            await new ObjectFollower(client, TimeProvider.System).UntilAsync(
                Kinds.ApplicationInstances, new("org-myteam", "nextcloud-myteam"), instance => instance.Has("Ready", "True", "HelmReleaseReady"), patience.Token);
        }

        sandbox.Terminate();
        (int code, string output, string error) = await sandbox.EndAsync();
        Assert.That(code, Is.Zero, error);
        Assert.That(output, Does.Contain($"export KUBECONFIG={Path.Combine(directory, "kubeconfig")}"));
    }

    /// <summary>Directories beside the repository; without them the test reports itself as skipped.</summary>
    private static string[] ReleasedFluxCrds()
    {
        DirectoryInfo? root = new(TestContext.CurrentContext.TestDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "VWorkspace.sln"))) root = root.Parent;
        string crds = Path.GetFullPath(Path.Combine(root?.FullName ?? ".", "..", "shared", "upstream-crds"));
        if (!Directory.Exists(crds)) Assert.Ignore("the released CRDs (../shared/upstream-crds) are not on this machine");
        return [Path.Combine(crds, "source-controller"), Path.Combine(crds, "helm-controller")];
    }

    private static async Task IsUsageAsync(string expected, params string[] arguments)
    {
        (int code, _, string error) = await SandboxProcess.RunAsync(arguments);
        Assert.Multiple(() =>
        {
            Assert.That(code, Is.EqualTo(2));
            Assert.That(error.Trim(), Does.StartWith("error: ").And.Contains(expected).And.Not.Contains('\n'));
        });
    }
}
