using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.Credentials;

/// <summary>One run of a credential plugin.</summary>
internal static class ExecPluginProcess
{
    private const int MaxOutput = 1024 * 1024;

    /// <summary>Runs the plugin and gives what it printed.</summary>
    /// <exception cref="KubernetesConfigurationException">It is not there, failed, took too long or printed too much. What it printed is never part of the message.</exception>
    public static async Task<string> RunAsync(ExecPluginOptions plugin, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        using Process process = Start(plugin);
        using var timeout = new CancellationTokenSource(plugin.Timeout, timeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            process.StandardInput.Close();
            Task drained = DrainAsync(process.StandardError, linked.Token);
            string? output = await ReadAsync(process.StandardOutput, linked.Token);

            // One that prints too much is not read on and would never end by itself.
            if (output is not null) await drained;
            else throw new KubernetesConfigurationException($"{plugin.Source}: {plugin.Command} printed more than {MaxOutput.ToString(CultureInfo.InvariantCulture)} characters");
            await process.WaitForExitAsync(linked.Token);
            if (process.ExitCode == 0) return output;
            throw new KubernetesConfigurationException(
                $"{plugin.Source}: {plugin.Command} ended with exit code {process.ExitCode.ToString(CultureInfo.InvariantCulture)}; run it by hand to see why (its output may hold secrets and is not shown here)");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new KubernetesConfigurationException($"{plugin.Source}: {plugin.Command} did not end within {plugin.Timeout.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)} s");
        }
        finally
        {
            Kill(process);
        }
    }

    private static Process Start(ExecPluginOptions plugin)
    {
        var start = new ProcessStartInfo(plugin.Command)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            StandardOutputEncoding = Encoding.UTF8,
        };
        foreach (string argument in plugin.Arguments) start.ArgumentList.Add(argument);
        foreach ((string name, string value) in plugin.Environment) start.Environment[name] = value;
        start.Environment["KUBERNETES_EXEC_INFO"] = ExecInfo(plugin);
        try
        {
            return Process.Start(start) ?? throw new InvalidOperationException("no process");
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            string hint = string.IsNullOrWhiteSpace(plugin.InstallHint) ? "install it or correct users[].exec.command" : plugin.InstallHint.Trim();
            throw new KubernetesConfigurationException($"{plugin.Source}: {plugin.Command} cannot be started ({e.GetType().Name}): {hint}");
        }
    }

    private static string ExecInfo(ExecPluginOptions plugin)
    {
        var spec = new JsonObject { ["interactive"] = false };
        if (plugin.Cluster is not null) spec["cluster"] = plugin.Cluster.DeepClone();
        return new JsonObject { ["apiVersion"] = plugin.ApiVersion, ["kind"] = "ExecCredential", ["spec"] = spec }.ToJsonString();
    }

    private static async Task<string?> ReadAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        char[] chunk = new char[4096];
        while (await reader.ReadAsync(chunk, cancellationToken) is > 0 and int read)
        {
            if (text.Length + read > MaxOutput) return null;
            text.Append(chunk, 0, read);
        }

        return text.ToString();
    }

    /// <summary>Standard error has to be read so that the plugin does not block on it; nobody keeps it.</summary>
    private static async Task DrainAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        char[] chunk = new char[1024];
        while (await reader.ReadAsync(chunk, cancellationToken) > 0)
        {
            // Dropped: it may hold secrets.
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It ended by itself meanwhile.
        }
    }
}
