using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace VWorkspace.Benchmarks.ServerLoad;

/// <summary>What a phase of creates came to.</summary>
/// <param name="Created">Requests answered with 201.</param>
/// <param name="Errors">Requests answered otherwise, or not at all.</param>
/// <param name="Elapsed">From the first request to the last answer.</param>
/// <param name="Latencies">The time of each request in milliseconds, from when it was due, sorted.</param>
internal sealed record CreateOutcome(int Created, int Errors, TimeSpan Elapsed, double[] Latencies)
{
    public double PerSecond => Created / Elapsed.TotalSeconds;

    public double Percentile(double share) => Latencies.Length == 0 ? 0 : Latencies[Math.Min(Latencies.Length - 1, (int)(Latencies.Length * share))];
}

/// <summary>Creates ConfigMaps by a number of workers, at a rate or as fast as answers come.</summary>
/// <param name="http">To the server.</param>
/// <param name="namespaces">How many namespaces they are spread over.</param>
/// <param name="filler">Bytes of data in each; stored objects are about 500 bytes larger.</param>
internal sealed class CreateLoad(HttpClient http, int namespaces, int filler = CreateLoad.AboutOneKibibyte)
{
    public const int Workers = 32;
    public const int AboutOneKibibyte = 800;
    private readonly string _filler = new('x', filler);

    public static string Namespace(int index) => "load-" + index.ToString("d3", CultureInfo.InvariantCulture);

    /// <param name="phase">A prefix of the names.</param>
    /// <param name="count">How many to create.</param>
    /// <param name="perSecond">The rate requests fall due at, whatever the answers do (open loop); null: as fast as answers come (closed loop).</param>
    /// <param name="ct">Cancels the load.</param>
    public async Task<CreateOutcome> RunAsync(string phase, int count, int? perSecond, CancellationToken ct)
    {
        var latencies = new ConcurrentBag<double>();
        int next = 0, created = 0, errors = 0;
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Task.Run(WorkAsync, ct)));
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        return new CreateOutcome(created, errors, elapsed, [.. latencies.Order()]);

        async Task WorkAsync()
        {
            while (Interlocked.Increment(ref next) - 1 is var index && index < count)
            {
                TimeSpan due = Stopwatch.GetElapsedTime(start);
                if (perSecond is { } rate)
                {
                    due = TimeSpan.FromSeconds((double)index / rate);
                    TimeSpan wait = due - Stopwatch.GetElapsedTime(start);
                    if (wait > TimeSpan.FromMilliseconds(1)) await Task.Delay(wait, TimeProvider.System, ct);
                }

                if (await CreateAsync(phase, index, ct)) Interlocked.Increment(ref created);
                else Interlocked.Increment(ref errors);
                latencies.Add((Stopwatch.GetElapsedTime(start) - due).TotalMilliseconds);
            }
        }
    }

    private async Task<bool> CreateAsync(string phase, int index, CancellationToken ct)
    {
        string ns = Namespace(index % namespaces);
        string body = string.Create(CultureInfo.InvariantCulture, $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{phase}}}-{{{index}}}","namespace":"{{{ns}}}","labels":{"app":"load"}},"data":{"value":"{{{_filler}}}"}}""");
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        try
        {
            using HttpResponseMessage response = await http.PostAsync(new Uri($"api/v1/namespaces/{ns}/configmaps", UriKind.Relative), content, ct);
            return (int)response.StatusCode == 201;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
