using System.Diagnostics;

namespace VWorkspace.Sandbox.Tests.Commands;

/// <summary>The sandbox as a process of its own, as people start it.</summary>
internal sealed class SandboxProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly Process _process;

    private SandboxProcess(Process process) => _process = process;

    public StreamReader Output => _process.StandardOutput;

    public static SandboxProcess Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(TestContext.CurrentContext.TestDirectory, "VWorkspace.Sandbox.dll"));
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        return new(Process.Start(start)!);
    }

    /// <summary>Runs a command that ends by itself.</summary>
    public static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using SandboxProcess sandbox = Start(arguments);
        return await sandbox.EndAsync();
    }

    /// <summary>Asks for the end, as Ctrl-C in a terminal or a supervisor does.</summary>
    public void Terminate()
    {
        using Process kill = Process.Start("kill", ["-TERM", _process.Id.ToString()]);
        kill.WaitForExit();
    }

    public async Task<(int Code, string Output, string Error)> EndAsync()
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        Task<string> output = _process.StandardOutput.ReadToEndAsync(patience.Token), error = _process.StandardError.ReadToEndAsync(patience.Token);
        await _process.WaitForExitAsync(patience.Token);
        return (_process.ExitCode, await output, await error);
    }

    public async Task<string> ReadLineAsync()
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        return await _process.StandardOutput.ReadLineAsync(patience.Token) ?? throw new InvalidOperationException($"the sandbox ended: {await _process.StandardError.ReadToEndAsync(patience.Token)}");
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
