using System.Diagnostics;
using VWorkspace.Sandbox.Worlds;

namespace VWorkspace.EndToEnd.Tests;

/// <summary>What people do with stock kubectl; reports itself as skipped where there is none.</summary>
public sealed class KubectlTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private Cluster _cluster = null!;
    private string _sample = null!;

    [SetUp]
    public async Task StartAsync()
    {
        if (!OnPath("kubectl")) Assert.Ignore("kubectl is not on the PATH");
        _cluster = await Cluster.StartAsync();
        _sample = Path.Combine(Path.GetDirectoryName(_cluster.World.KubeconfigPath)!, "nextcloud.yaml");
        await File.WriteAllTextAsync(_sample, Manifests.Nextcloud);
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (_cluster is not null) await _cluster.DisposeAsync();
    }

    [TestCase("--server-side=true")]
    [TestCase("--server-side=false")]
    public async Task Kubectl_applies_watches_describes_pauses_and_deletes(string mode)
    {
        await KubectlAsync($"apply {mode} -f {_sample}");
        await KubectlAsync("-n org-myteam wait --for=condition=Ready applicationinstance/nextcloud-myteam --timeout=50s");
        string table = await KubectlAsync("get applicationinstances -A");
        string[] lines = table.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries), Is.EqualTo(new[] { "NAMESPACE", "NAME", "READY", "CHART", "VERSION", "AGE" }));
        Assert.That(lines[1], Does.Match(@"^org-myteam\s+nextcloud-myteam\s+True\s+nextcloud\s+6\.2\.4\s"));
        Assert.That(await KubectlAsync("-n org-myteam get helmreleases"), Does.Contain("Helm install succeeded"));
        Assert.That(await KubectlAsync("-n org-myteam rollout status deployment/nextcloud-myteam --timeout=30s"), Does.Contain("successfully rolled out"));

        // Events are written beside the reconcile, so the description is asked for until it has them.
        await UntilAsync("-n org-myteam describe applicationinstance nextcloud-myteam", "ReconcileSucceeded");
        await KubectlAsync("-n org-myteam annotate applicationinstance nextcloud-myteam apps.vworkspace.io/reconcile=disabled");
        await KubectlAsync("-n org-myteam wait --for=condition=Suspended applicationinstance/nextcloud-myteam --timeout=50s");
        await KubectlAsync("-n org-myteam annotate applicationinstance nextcloud-myteam apps.vworkspace.io/reconcile-");
        await KubectlAsync("-n org-myteam wait --for=condition=Suspended=False applicationinstance/nextcloud-myteam --timeout=50s");
        await KubectlAsync("-n org-myteam delete applicationinstance nextcloud-myteam --timeout=50s");
        Assert.That(await KubectlAsync("-n org-myteam get helmreleases,ocirepositories,deployments -o name"), Is.Empty);
    }

    [Test]
    public async Task Kubectl_is_told_what_is_wrong_with_a_manifest()
    {
        await File.WriteAllTextAsync(_sample, Manifests.Nextcloud.Replace("sourceType: oci", "sourceType: floppy", StringComparison.Ordinal));
        (int code, _, string error) = await RunAsync($"apply -f {_sample}");
        Assert.That(code, Is.Not.Zero);
        Assert.That(error, Does.Contain("sourceType").And.Contains("floppy"));
    }

    private async Task UntilAsync(string arguments, string expected)
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        string last = string.Empty;
        while (!last.Contains(expected, StringComparison.Ordinal))
        {
            if (patience.IsCancellationRequested) Assert.Fail($"kubectl {arguments} never said {expected}:\n{last}");
            last = await KubectlAsync(arguments);
        }
    }

    private async Task<string> KubectlAsync(string arguments)
    {
        (int code, string output, string error) = await RunAsync(arguments);
        Assert.That(code, Is.Zero, $"kubectl {arguments}\n{output}\n{error}");
        return output;
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(string arguments)
    {
        var start = new ProcessStartInfo("kubectl", arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["KUBECONFIG"] = _cluster.World.KubeconfigPath;
        using Process kubectl = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        Task<string> output = kubectl.StandardOutput.ReadToEndAsync(patience.Token), error = kubectl.StandardError.ReadToEndAsync(patience.Token);
        await kubectl.WaitForExitAsync(patience.Token);
        return (kubectl.ExitCode, await output, await error);
    }

    private static bool OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator).Any(directory =>
            File.Exists(Path.Combine(directory, program)) || File.Exists(Path.Combine(directory, program + ".exe")));
}
