using System.Diagnostics;
using System.Text.RegularExpressions;

namespace VWorkspace.Kubernetes.InMemory.Tests.Kubectl;

/// <summary>Runs stock kubectl against a server of its own; the tests report themselves as skipped where there is no kubectl.</summary>
public abstract partial class KubectlFixture
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    protected InMemoryApiServer Server { get; private set; } = null!;

    /// <summary>A directory for manifests, the kubeconfig and kubectl's cache.</summary>
    protected string Folder { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartServerAsync()
    {
        if (!OnPath()) Assert.Ignore("kubectl is not on the PATH");
        Server = await InMemoryApiServer.StartAsync();
        Folder = Directory.CreateTempSubdirectory("kubectl-tests").FullName;
        await File.WriteAllTextAsync(Path.Combine(Folder, "kubeconfig"), Server.Kubeconfig);
    }

    [OneTimeTearDown]
    public async Task StopServerAsync()
    {
        if (Server is null) return;
        await Server.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Runs a command that must succeed and answers its output.</summary>
    protected async Task<string> RunAsync(string arguments, string? input = null)
    {
        var (code, output, error) = await TryAsync(arguments, input);
        Assert.That(code, Is.Zero, $"kubectl {arguments}\n{output}\n{error}");
        return output;
    }

    /// <summary>Runs a command whatever comes of it. Single quotes hold an argument together.</summary>
    protected async Task<(int Code, string Output, string Error)> TryAsync(string arguments, string? input = null, string? editor = null)
    {
        using var kubectl = Launch(arguments, editor);
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        Task<string> output = kubectl.StandardOutput.ReadToEndAsync(patience.Token), error = kubectl.StandardError.ReadToEndAsync(patience.Token);
        // kubectl takes what begins with a brace for JSON.
        if (input is not null) await kubectl.StandardInput.WriteAsync((input.StartsWith("{\"", StringComparison.Ordinal) ? input : "---\n" + input).AsMemory(), patience.Token);
        kubectl.StandardInput.Close();
        await kubectl.WaitForExitAsync(patience.Token);
        return (kubectl.ExitCode, await output, await error);
    }

    /// <summary>Runs a command that must fail and answers what it complains about.</summary>
    protected async Task<string> FailAsync(string arguments, string? input = null)
    {
        var (code, output, error) = await TryAsync(arguments, input);
        Assert.That(code, Is.Not.Zero, $"kubectl {arguments}\n{output}");
        return error;
    }

    protected Process Launch(string arguments, string? editor = null)
    {
        var start = new ProcessStartInfo("kubectl") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Folder };
        start.ArgumentList.Add("--cache-dir=" + Path.Combine(Folder, "cache"));
        foreach (var word in Words().Matches(arguments).Select(m => m.Value.Replace("'", "", StringComparison.Ordinal))) start.ArgumentList.Add(word);
        start.Environment["KUBECONFIG"] = Path.Combine(Folder, "kubeconfig");
        if (editor is not null) start.Environment["KUBE_EDITOR"] = editor;
        return Process.Start(start)!;
    }

    /// <summary>The words of a line of a table.</summary>
    protected static string[] Cells(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    protected static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex("(?:'[^']*'|[^'\\s])+", RegexOptions.NonBacktracking)]
    private static partial Regex Words();

    private static bool OnPath() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(directory => File.Exists(Path.Combine(directory, "kubectl")) || File.Exists(Path.Combine(directory, "kubectl.exe")));
}
