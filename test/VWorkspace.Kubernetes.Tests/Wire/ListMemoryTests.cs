using System.Text;
using VWorkspace.Kubernetes.Tests.Client;
using VWorkspace.Kubernetes.Wire;

namespace VWorkspace.Kubernetes.Tests.Wire;

/// <summary>A list is never in memory as a whole, neither as bytes nor as text.</summary>
[TestFixture]
[NonParallelizable]
public sealed class ListMemoryTests
{
    private const int Objects = 10_000;

    [Test]
    public async Task Peak_memory_of_ten_thousand_objects_is_at_most_twice_that_of_the_result()
    {
        using var body = new GeneratedList(Objects);
        long before = Live();

        ObjectPage<Widget> page = await ListDecoder.DecodeAsync(body, Widget.Resource, 1 << 20, CancellationToken.None);

        long result = Live() - before;
        long peak = body.Peak - before;
        await TestContext.Out.WriteLineAsync($"bytes on the wire {body.Sent:N0}, result {result:N0}, peak while decoding {peak:N0}");
        Assert.That(page.Items, Has.Count.EqualTo(Objects));
        Assert.That(body.Sent, Is.GreaterThan(10 * result), "otherwise the test proves nothing: the wire has to carry far more than is kept");
        Assert.That(peak, Is.LessThan(2 * result));
        GC.KeepAlive(page);
    }

    private static long Live()
    {
        GC.Collect(2, GCCollectionMode.Forced, blocking: true);
        return GC.GetTotalMemory(forceFullCollection: false);
    }

    /// <summary>Makes the list while it is read, and measures what is alive.</summary>
    private sealed class GeneratedList(int objects) : MemoryStream
    {
        private static readonly string Padding = new('p', 8 * 1024);
        private byte[] _current = Encoding.UTF8.GetBytes("""{"metadata":{"resourceVersion":"1"},"items":[""");
        private int _at;
        private int _next;
        private bool _closed;

        public long Peak { get; private set; }

        public long Sent { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_at == _current.Length && !Advance()) return new(0);
            int count = Math.Min(buffer.Length, _current.Length - _at);
            _current.AsMemory(_at, count).CopyTo(buffer);
            _at += count;
            Sent += count;
            return new(count);
        }

        private bool Advance()
        {
            if (_closed) return false;
            if (_next % 500 == 0) Peak = Math.Max(Peak, Live());
            _closed = _next == objects;
            string text = _closed ? "]}" : (_next == 0 ? "" : ",") + $$$"""{"metadata":{"name":"w{{{_next}}}","namespace":"ns","uid":"u{{{_next}}}","resourceVersion":"{{{_next}}}","managedFields":["{{{Padding}}}"]},"spec":{"size":{{{_next}}}}}""";
            (_current, _at, _next) = (Encoding.UTF8.GetBytes(text), 0, _next + 1);
            return true;
        }
    }
}
