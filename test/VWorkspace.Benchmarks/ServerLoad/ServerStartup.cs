using System.Diagnostics;
using System.Globalization;
using VWorkspace.Kubernetes.InMemory;

namespace VWorkspace.Benchmarks.ServerLoad;

/// <summary>Milliseconds of a cold start.</summary>
/// <param name="Listening">Until the server listened.</param>
/// <param name="Answered">Until the first TLS connection had its first answer, from the same moment.</param>
internal sealed record StartupTimes(double Listening, double Answered);

/// <summary>The first start of a server in a process, measured in processes of their own.</summary>
internal static class ServerStartup
{
    /// <summary>Starts one server, or with the argument <c>bare</c> the baseline, and prints the milliseconds until it listened and until it had answered.</summary>
    public static async Task<int> ReportAsync(ReadOnlyMemory<string> args, CancellationToken ct)
    {
        StartupTimes times = args.Span is ["bare"] ? await BareAsync(ct) : await ServerAsync(ct);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{times.Listening:f1} {times.Answered:f1}"));
        return 0;
    }

    /// <summary>The medians over a number of fresh processes of each kind, taken in turns.</summary>
    public static async Task<(StartupTimes Server, StartupTimes Bare)> MeasureAsync(int processes, CancellationToken ct)
    {
        var (server, bare) = (new List<StartupTimes>(), new List<StartupTimes>());
        for (int i = 0; i < processes; i++)
        {
            server.Add(await RunAsync(["server-startup"], ct));
            bare.Add(await RunAsync(["server-startup", "bare"], ct));
        }

        return (Median(server), Median(bare));
    }

    private static async Task<StartupTimes> ServerAsync(CancellationToken ct)
    {
        long start = Stopwatch.GetTimestamp();
        await using InMemoryApiServer server = await InMemoryApiServer.StartAsync(ct: ct);
        double listening = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        using HttpClient http = LoadHttp.Create(server.Uri, server.Token);
        using HttpResponseMessage response = await http.GetAsync(new Uri("api/v1/namespaces/default", UriKind.Relative), ct);
        response.EnsureSuccessStatusCode();
        return new StartupTimes(listening, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }

    private static async Task<StartupTimes> BareAsync(CancellationToken ct)
    {
        long start = Stopwatch.GetTimestamp();
        await using EchoServer server = await EchoServer.StartAsync(ct);
        double listening = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        using HttpClient http = LoadHttp.Create(server.Uri, "none");
        using HttpResponseMessage response = await http.GetAsync(new Uri("any", UriKind.Relative), ct);
        response.EnsureSuccessStatusCode();
        return new StartupTimes(listening, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }

    private static async Task<StartupTimes> RunAsync(string[] args, CancellationToken ct)
    {
        using Process process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, args) { RedirectStandardOutput = true, UseShellExecute = false })!;
        string[] words = (await process.StandardOutput.ReadToEndAsync(ct)).Split(' ', StringSplitOptions.TrimEntries);
        await process.WaitForExitAsync(ct);
        return new StartupTimes(double.Parse(words[0], CultureInfo.InvariantCulture), double.Parse(words[1], CultureInfo.InvariantCulture));
    }

    private static StartupTimes Median(List<StartupTimes> times) =>
        new(times.Select(t => t.Listening).Order().ElementAt(times.Count / 2), times.Select(t => t.Answered).Order().ElementAt(times.Count / 2));
}
