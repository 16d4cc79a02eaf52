using System.Diagnostics;
using System.Globalization;
using VWorkspace.Kubernetes.InMemory;

namespace VWorkspace.Benchmarks.ServerLoad;

/// <summary>The first start of a server in a process, measured in processes of their own.</summary>
internal static class ServerStartup
{
    /// <summary>Starts one server and prints the milliseconds until it listened and until it had answered.</summary>
    public static async Task<int> ReportAsync(CancellationToken ct)
    {
        long start = Stopwatch.GetTimestamp();
        await using InMemoryApiServer server = await InMemoryApiServer.StartAsync(ct: ct);
        double listening = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        using HttpClient http = LoadHttp.Create(server.Uri, server.Token);
        using HttpResponseMessage response = await http.GetAsync(new Uri("api/v1/namespaces/default", UriKind.Relative), ct);
        response.EnsureSuccessStatusCode();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{listening:f1} {Stopwatch.GetElapsedTime(start).TotalMilliseconds:f1}"));
        return 0;
    }

    /// <summary>The medians over a number of fresh processes.</summary>
    public static async Task<(double Listening, double Answered)> MeasureAsync(int processes, CancellationToken ct)
    {
        var (listening, answered) = (new List<double>(), new List<double>());
        for (int i = 0; i < processes; i++)
        {
            var info = new ProcessStartInfo(Environment.ProcessPath!, ["server-startup"]) { RedirectStandardOutput = true, UseShellExecute = false };
            using Process process = Process.Start(info)!;
            string[] words = (await process.StandardOutput.ReadToEndAsync(ct)).Split(' ', StringSplitOptions.TrimEntries);
            await process.WaitForExitAsync(ct);
            listening.Add(double.Parse(words[0], CultureInfo.InvariantCulture));
            answered.Add(double.Parse(words[1], CultureInfo.InvariantCulture));
        }

        listening.Sort();
        answered.Sort();
        return (listening[processes / 2], answered[processes / 2]);
    }
}
