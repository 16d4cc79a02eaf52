using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace VWorkspace.Operator.Tests.Hosting;

/// <summary>The real executable as a process of its own, with an environment of its own.</summary>
internal sealed class ManagerUnderTest : IAsyncDisposable
{
    /// <summary>Patience on a slow machine under load; never waited for when things go well.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly List<string> _log = [];
    private readonly Lock _gate = new();
    private TaskCompletionSource _moreLog = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ManagerUnderTest(Process process) => _process = process;

    /// <summary>Lines of stdout.</summary>
    public IReadOnlyList<string> Output => [.. _output];

    /// <summary>Lines of stderr.</summary>
    public IReadOnlyList<string> Log
    {
        get
        {
            lock (_gate) return [.. _log];
        }
    }

    /// <summary>Starts it.</summary>
    public static ManagerUnderTest Start(params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
        start.ArgumentList.Add(Path.Combine(TestContext.CurrentContext.TestDirectory, "manager.dll"));
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        foreach (string name in new[] { "KUBECONFIG", "POD_NAMESPACE", "POD_NAME", "KUBERNETES_SERVICE_HOST", "VELERO_NAMESPACE", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy" }) start.Environment.Remove(name);
        start.Environment["HOME"] = TestContext.CurrentContext.WorkDirectory;
        var manager = new ManagerUnderTest(new Process { StartInfo = start });
        manager._process.OutputDataReceived += (_, line) => { if (line.Data is not null) manager._output.Enqueue(line.Data); };
        manager._process.ErrorDataReceived += (_, line) => { if (line.Data is not null) manager.Logged(line.Data); };
        manager._process.Start();
        manager._process.BeginOutputReadLine();
        manager._process.BeginErrorReadLine();
        return manager;
    }

    /// <summary>Waits for the first log line with this message.</summary>
    public async Task<JsonObject> LogLineAsync(string message)
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            for (int next = 0; ;)
            {
                Task more;
                string[] lines;
                lock (_gate) (more, lines) = (_moreLog.Task, [.. _log]);
                for (; next < lines.Length; next++)
                    if (JsonNode.Parse(lines[next]) is JsonObject line && ((string?)line["msg"])?.StartsWith(message, StringComparison.Ordinal) == true) return line;
                await more.WaitAsync(limit.Token);
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"no log line '{message}' came; the log so far:\n{string.Join('\n', Log)}");
            throw;
        }
    }

    /// <summary>Waits for the end.</summary>
    public async Task<int> ExitCodeAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"the process did not end; its log:\n{string.Join('\n', Log)}");
            throw;
        }
    }

    /// <summary>What kubelet does first.</summary>
    public void Terminate() => Assert.That(Kill(_process.Id, 15), Is.Zero);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private void Logged(string line)
    {
        TaskCompletionSource more;
        lock (_gate)
        {
            _log.Add(line);
            (more, _moreLog) = (_moreLog, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        more.SetResult();
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
