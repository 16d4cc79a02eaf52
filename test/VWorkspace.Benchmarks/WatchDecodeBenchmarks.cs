using System.Text.Json;
using BenchmarkDotNet.Attributes;
using VWorkspace.Kubernetes;

namespace VWorkspace.Benchmarks;

/// <summary>One event of a 20 KiB HelmRelease, from bytes to the object that a controller keeps.</summary>
public class WatchDecodeBenchmarks
{
    private const int Events = 200;
    private byte[] _stream = [];
    private KubernetesClient? _client;

    [GlobalSetup]
    public void Prepare()
    {
        byte[] obj = HelmReleases.Json(1, 20 * 1024);
        _stream = Enumerable.Range(0, Events).SelectMany(_ => (byte[])[.. "{\"type\":\"MODIFIED\",\"object\":"u8, .. obj, .. "}\n"u8]).ToArray();
        _client = HelmReleases.ClientOver(_stream);
    }

    [GlobalCleanup]
    public async Task CleanAsync() => await _client!.DisposeAsync();

    /// <summary>A string for each line, a parse for the envelope, a second parse into the complete type.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Events)]
    public async Task<int> String_line_envelope_then_full_object()
    {
        using var reader = new StreamReader(new MemoryStream(_stream, writable: false));
        int seen = 0;
        while (await reader.ReadLineAsync() is { } line)
        {
            Envelope<TypeMeta>? envelope = JsonSerializer.Deserialize(line, BenchmarkJson.Default.EnvelopeTypeMeta);
            if (envelope?.Type == "ERROR") throw new InvalidOperationException("unexpected");
            Envelope<HelmReleaseFull>? full = JsonSerializer.Deserialize(line, BenchmarkJson.Default.EnvelopeHelmReleaseFull);
            seen += full!.Object!.Status!.Conditions!.Count;
        }

        return seen;
    }

    /// <summary>The client's watch into a projection.</summary>
    [Benchmark(OperationsPerInvoke = Events)]
    public async Task<int> Watch_into_projection()
    {
        await using IWatchStream<HelmReleaseView> watch = (await _client!.WatchAsync(HelmReleaseView.Resource, null, new(), CancellationToken.None)).Value;
        int seen = 0;
        await foreach (WatchEvent<HelmReleaseView> e in watch) seen += e.Object!.Status!.Conditions.Count;
        return seen;
    }

    /// <summary>The client's watch into metadata alone.</summary>
    [Benchmark(OperationsPerInvoke = Events)]
    public async Task<int> Watch_into_metadata()
    {
        await using IWatchStream<PartialObject> watch = (await _client!.WatchAsync(HelmReleaseView.Resource.As(KubernetesJson.Default.PartialObject), null, new(), CancellationToken.None)).Value;
        int seen = 0;
        await foreach (WatchEvent<PartialObject> e in watch) seen += e.Object!.Metadata.Name!.Length;
        return seen;
    }
}
