using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using VWorkspace.Api;
using VWorkspace.Apps;

namespace VWorkspace.Benchmarks.Applications;

/// <summary>
/// The memory of the real executable, in a process of its own: idle, and with instances that are settled already. The API server and the stand-in for Flux are in
/// this process. Settings of the garbage collector can be tried from outside by environment variables.
/// </summary>
internal static partial class ApplicationMemory
{
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(12);

    /// <summary>Runs and prints.</summary>
    /// <param name="args"><c>--instances N</c> (1000), <c>--manager FILE</c> (the Release build of the repository), <c>--report FILE</c>.</param>
    /// <returns>0.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        CancellationToken none = CancellationToken.None;
        int instances = int.Parse(Value(args, "--instances") ?? "1000", CultureInfo.InvariantCulture);
        string manager = Value(args, "--manager") ?? Path.Combine(LoadWorld.RepositoryRoot(), "src", "VWorkspace.Operator", "bin", "Release", "net10.0", "manager");
        await using LoadWorld world = await LoadWorld.StartAsync(instances, TimeSpan.FromMilliseconds(100), none);
        string kubeconfig = Path.GetTempFileName();
        await File.WriteAllTextAsync(kubeconfig, world.Kubeconfig, none);

        Footprint idle = await MeasureAsync(manager, kubeconfig, 0);
        await world.StartOperatorAsync(new AppsOptions { MaxConcurrentReconciles = 8 }, none);
        foreach (int[] some in Enumerable.Range(0, instances).Chunk(32)) await Task.WhenAll(some.Select(n => world.CreateAsync(n, none)));
        await world.UntilAsync(
            all => all.Count == instances && all.All(i => i.Status.Conditions.FirstOrDefault(c => c.Type == ApplicationConditions.Ready) is { IsTrue: true }), "all instances are Ready", none);
        await world.StopOperatorAsync();
        Footprint settled = await MeasureAsync(manager, kubeconfig, instances);
        File.Delete(kubeconfig);

        var text = new StringBuilder();
        text.Append("| Instances | namespaces | resident | highest | managed heap | settled after |\n|---:|---:|---:|---:|---:|---:|\n");
        text.Append(Row(0, 0, idle)).Append(Row(instances, ((instances - 1) / LoadWorld.InstancesPerNamespace) + 1, settled)).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"{(settled.Resident - idle.Resident) / 1024.0 / instances:0.0} KiB resident for each instance.\n");
        await Console.Out.WriteLineAsync(text, none);
        if (Value(args, "--report") is { } file) await File.WriteAllTextAsync(file, text.ToString(), none);
        return 0;
    }

    private static string Row(int instances, int namespaces, Footprint footprint) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {instances} | {namespaces} | {Mebibytes(footprint.Resident)} | {Mebibytes(footprint.Highest)} | {Mebibytes(footprint.Heap)} | {footprint.Took.TotalSeconds:0.0} s |\n");

    private static string Mebibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0 / 1024.0:0.0} MiB");

    private static async Task<Footprint> MeasureAsync(string manager, string kubeconfig, int instances)
    {
        const int Port = 18_080;
        var start = new ProcessStartInfo(
            manager,
            [$"--kubeconfig={kubeconfig}", string.Create(CultureInfo.InvariantCulture, $"--metrics-bind-address=127.0.0.1:{Port}"), "--health-probe-bind-address=0", "--kube-api-qps=100000", "--kube-api-burst=100000", "--zap-log-level=error"])
        {
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        var watch = Stopwatch.StartNew();
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"'{manager}' did not start");
        process.ErrorDataReceived += static (_, line) => Console.Error.WriteLine(line.Data);
        process.BeginErrorReadLine();
        try
        {
            using var http = new HttpClient();
            var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}/metrics"));
            string scrape = string.Empty;
            while (Sum(scrape, ReadyInstances()) < instances || Sum(scrape, Reconciled()) < instances || Sum(scrape, Queued()) > 0 || !scrape.Contains("workqueue_depth", StringComparison.Ordinal))
            {
                if (watch.Elapsed > TimeSpan.FromMinutes(10) || process.HasExited) throw new InvalidOperationException("the operator did not settle");
                await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, CancellationToken.None);
                try
                {
                    scrape = await http.GetStringAsync(address);
                }
                catch (HttpRequestException)
                {
                    // Not listening yet.
                }
            }

            TimeSpan took = watch.Elapsed;
            await Task.Delay(Calm, TimeProvider.System, CancellationToken.None);
            scrape = await http.GetStringAsync(address);
            string status = await File.ReadAllTextAsync($"/proc/{process.Id.ToString(CultureInfo.InvariantCulture)}/status");
            return new(Kibibytes(status, "VmRSS") * 1024, Kibibytes(status, "VmHWM") * 1024, (long)Sum(scrape, Heap()), took);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
            await process.WaitForExitAsync();
        }
    }

    private static double Sum(string scrape, Regex line) => line.Matches(scrape).Sum(m => double.Parse(m.Groups["value"].Value, CultureInfo.InvariantCulture));

    private static long Kibibytes(string status, string name) =>
        long.Parse(Regex.Match(status, name + @":\s+(?<value>\d+)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["value"].Value, CultureInfo.InvariantCulture);

    private static string? Value(string[] args, string name)
    {
        int at = Array.IndexOf(args, name);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
    }

    [GeneratedRegex("^vworkspace_operator_applicationinstances\\{ready=\"true\"[^}]*\\} (?<value>[0-9.e+]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex ReadyInstances();

    [GeneratedRegex("^vworkspace_operator_reconcile_total\\{controller=\"applicationinstance\",result=\"(success|requeue)\"[^}]*\\} (?<value>[0-9.e+]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Reconciled();

    [GeneratedRegex("^workqueue_depth\\{[^}]*\\} (?<value>[0-9.e+]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Queued();

    [GeneratedRegex("^(dotnet_gc_last_collection_heap_size_bytes|process_runtime_dotnet_gc_heap_size_bytes|dotnet_gc_heap_size_bytes|go_memstats_heap_alloc_bytes)(\\{[^}]*\\})? (?<value>[0-9.e+]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Heap();

    private sealed record Footprint(long Resident, long Highest, long Heap, TimeSpan Took);
}
