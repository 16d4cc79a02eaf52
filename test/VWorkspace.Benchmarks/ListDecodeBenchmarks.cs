using System.Text;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using VWorkspace.Kubernetes;

namespace VWorkspace.Benchmarks;

/// <summary>A list of 10,000 HelmReleases of 4 KiB each.</summary>
public class ListDecodeBenchmarks
{
    private const int Objects = 10_000;
    private byte[] _list = [];
    private KubernetesClient? _client;

    [GlobalSetup]
    public void Prepare()
    {
        var body = new MemoryStream();
        body.Write("{\"kind\":\"HelmReleaseList\",\"apiVersion\":\"helm.toolkit.fluxcd.io/v2\",\"metadata\":{\"resourceVersion\":\"7\"},\"items\":["u8);
        string template = Encoding.UTF8.GetString(HelmReleases.Json(0, 4 * 1024));
        for (int i = 0; i < Objects; i++)
        {
            if (i > 0) body.WriteByte((byte)',');
            body.Write(Encoding.UTF8.GetBytes(template.Replace("release-0", $"release-{i}", StringComparison.Ordinal)));
        }

        body.Write("]}"u8);
        _list = body.ToArray();
        _client = HelmReleases.ClientOver(_list);
    }

    [GlobalCleanup]
    public async Task CleanAsync() => await _client!.DisposeAsync();

    /// <summary>The body as one string, then the complete types.</summary>
    [Benchmark(Baseline = true)]
    public async Task<int> String_body_then_full_objects()
    {
        using var reader = new StreamReader(new MemoryStream(_list, writable: false));
        string body = await reader.ReadToEndAsync();
        return JsonSerializer.Deserialize(body, BenchmarkJson.Default.FullList)!.Items!.Count;
    }

    /// <summary>The complete types from the stream.</summary>
    [Benchmark]
    public async Task<int> Stream_into_full_objects()
    {
        FullList? list = await JsonSerializer.DeserializeAsync(new MemoryStream(_list, writable: false), BenchmarkJson.Default.FullList);
        return list!.Items!.Count;
    }

    /// <summary>The client's list into projections, item by item.</summary>
    [Benchmark]
    public async Task<int> List_into_projections()
    {
        ObjectPage<HelmReleaseView> page = (await _client!.ListAsync(HelmReleaseView.Resource, null, new(), CancellationToken.None)).Value;
        return page.Items.Count;
    }
}
