using System.Buffers;
using System.Text;
using VWorkspace.Kubernetes.Tests.Client;
using VWorkspace.Kubernetes.Tests.Support;
using VWorkspace.Kubernetes.Wire;

namespace VWorkspace.Kubernetes.Tests.Wire;

/// <summary>What was read from the wire is not left in memory that the rest of the process is handed.</summary>
[TestFixture]
[NonParallelizable]
public sealed class ClearedBufferTests
{
    private static readonly string Marker = "geheim-" + Guid.NewGuid().ToString("N");

    [Test]
    public void Memory_goes_back_empty_and_is_gone_for_its_owner()
    {
        IMemoryOwner<byte> owner = ClearingPool.Instance.Rent(5000);
        owner.Memory.Span.Fill(7);
        owner.Dispose();
        owner.Dispose();

        Assert.That(() => owner.Memory, Throws.TypeOf<ObjectDisposedException>());
        byte[] next = ArrayPool<byte>.Shared.Rent(5000);
        Assert.That(next, Is.All.Zero);
        ArrayPool<byte>.Shared.Return(next);
    }

    [Test]
    public async Task Nothing_of_a_list_or_a_watch_is_left_in_the_shared_pool()
    {
        string objects = string.Join(",", Enumerable.Range(0, 400).Select(i => Widget.Json($"{Marker}-{i}")));
        byte[] list = Encoding.UTF8.GetBytes($$$"""{"metadata":{"resourceVersion":"1"},"items":[{{{objects}}}]}""");
        byte[] watch = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 400).Select(i => $$$"""{"type":"ADDED","object":{{{Widget.Json($"{Marker}-{i}")}}}}""" + "\n")));
        using (var body = new ChunkedStream(list, [3000]))
            Assert.That((await ListDecoder.DecodeAsync(body, Widget.Resource, 1 << 20, CancellationToken.None)).Items, Has.Count.EqualTo(400));
        using (var body = new ChunkedStream(watch, [3000]))
        {
            await using var stream = new WatchStream<Widget>(body, body, Widget.Resource, 1 << 20, Timeout.InfiniteTimeSpan, TimeProvider.System, CancellationToken.None);
            int events = 0;
            await foreach (WatchEvent<Widget> _ in stream) events++;
            Assert.That(events, Is.EqualTo(400));
        }

        var rented = new List<byte[]>();
        foreach (int size in (int[])[1024, 4096, 8192, 16384, 32768, 65536, 131072, 262144])
            for (int i = 0; i < 64; i++) rented.Add(ArrayPool<byte>.Shared.Rent(size));
        byte[] marker = Encoding.UTF8.GetBytes(Marker);
        Assert.That(rented.Count(array => array.AsSpan().IndexOf(marker) >= 0), Is.Zero);
        foreach (byte[] array in rented) ArrayPool<byte>.Shared.Return(array);
    }
}
