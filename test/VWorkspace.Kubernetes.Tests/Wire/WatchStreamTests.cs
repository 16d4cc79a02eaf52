using System.Text;
using VWorkspace.Kubernetes.Tests.Client;
using VWorkspace.Kubernetes.Tests.Support;
using VWorkspace.Kubernetes.Wire;
using VWorkspace.TestSupport;

namespace VWorkspace.Kubernetes.Tests.Wire;

[TestFixture]
public sealed class WatchStreamTests
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(150);

    private static string Added(string name) => $$"""{"type":"ADDED","object":{{Widget.Json(name)}}}""" + "\n";

    [TestCase(1)]
    [TestCase(1000)]
    [TestCase(100_000)]
    public async Task Line_over_the_limit_is_told_and_the_next_one_is_read(int portion)
    {
        string huge = $$$$$"""{"type":"MODIFIED","object":{"metadata":{"namespace":"n","name":"huge","resourceVersion":"8"},"spec":{"color":"{{{{{new string('x', 20_000)}}}}}"}}}""" + "\n";
        await using WatchStream<Widget> watch = Open(new ChunkedStream(Encoding.UTF8.GetBytes(Added("a") + huge + Added("b")), [portion]), limit: 4096);

        List<WatchEvent<Widget>> events = [];
        await foreach (WatchEvent<Widget> e in watch) events.Add(e);

        Assert.That(events.Select(e => e.Type), Is.EqualTo(new[] { WatchEventType.Added, WatchEventType.Undecodable, WatchEventType.Added }));
        Assert.That((events[1].Key, events[1].UndecodableType, events[1].ResourceVersion), Is.EqualTo(((ObjectKey?)new ObjectKey("n", "huge"), (WatchEventType?)WatchEventType.Modified, "8")));
        Assert.That(events[1].DecodeError, Does.Contain("4096"));
    }

    [Test]
    public async Task Broken_connection_is_a_fault_after_all_whole_events()
    {
        await using WatchStream<Widget> watch = Open(new ChunkedStream(Encoding.UTF8.GetBytes(Added("a") + "{\"type\""), [10], new IOException("reset")));
        var seen = new List<string?>();

        var fault = await Assert.ThrowsAsync<KubernetesTransportException>(async () =>
        {
            await foreach (WatchEvent<Widget> e in watch) seen.Add(e.Object?.Metadata.Name);
        });

        Assert.That(fault!.Fault, Is.EqualTo(TransportFault.Broken));
        Assert.That(fault.Message, Does.Contain("widgets.demo.example.com"));
        Assert.That(seen, Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public async Task Silence_beyond_the_idle_time_is_a_fault_of_its_own()
    {
        var time = new ManualTimeProvider();
        await using WatchStream<Widget> watch = Open(new SilentStream(), timeProvider: time);
        await using IAsyncEnumerator<WatchEvent<Widget>> events = watch.GetAsyncEnumerator();
        Task<bool> pending = events.MoveNextAsync().AsTask();

        time.Advance(Idle - TimeSpan.FromSeconds(1));
        Assert.That(pending.IsCompleted, Is.False);
        time.Advance(TimeSpan.FromSeconds(2));

        var fault = await Assert.ThrowsAsync<KubernetesTransportException>(() => pending.WaitAsync(TestClients.Patience));
        Assert.That(fault!.Fault, Is.EqualTo(TransportFault.Idle));
    }

    [Test]
    public async Task Idle_time_does_not_run_while_the_reader_is_busy_and_starts_anew_with_each_byte()
    {
        var time = new ManualTimeProvider();
        var pipe = new System.IO.Pipelines.Pipe();
        await using WatchStream<Widget> watch = Open(pipe.Reader.AsStream(), timeProvider: time);
        await using IAsyncEnumerator<WatchEvent<Widget>> events = watch.GetAsyncEnumerator();

        for (int i = 0; i < 3; i++)
        {
            Task<bool> pending = events.MoveNextAsync().AsTask();
            time.Advance(Idle - TimeSpan.FromSeconds(1));
            await pipe.Writer.WriteAsync(Encoding.UTF8.GetBytes(Added("a")));
            Assert.That(await pending.WaitAsync(TestClients.Patience));
            time.Advance(Idle * 3); // the reader is busy with the event
        }

        await pipe.Writer.CompleteAsync();
        Assert.That(await events.MoveNextAsync(), Is.False);
    }

    [Test]
    public async Task Cancelling_the_opening_token_ends_a_pending_read()
    {
        using var opening = new CancellationTokenSource();
        await using WatchStream<Widget> watch = Open(new SilentStream(), opening: opening.Token);
        await using IAsyncEnumerator<WatchEvent<Widget>> events = watch.GetAsyncEnumerator();
        Task<bool> pending = events.MoveNextAsync().AsTask();

        await opening.CancelAsync();

        Assert.That(async () => await pending.WaitAsync(TestClients.Patience), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Cancelling_the_enumeration_ends_a_pending_read_with_that_token()
    {
        using var cancel = new CancellationTokenSource();
        await using WatchStream<Widget> watch = Open(new SilentStream());
        await using IAsyncEnumerator<WatchEvent<Widget>> events = watch.GetAsyncEnumerator(cancel.Token);
        Task<bool> pending = events.MoveNextAsync().AsTask();

        await cancel.CancelAsync();

        var ended = await Assert.ThrowsAsync<OperationCanceledException>(() => pending.WaitAsync(TestClients.Patience));
        Assert.That(ended!.CancellationToken, Is.EqualTo(cancel.Token));
    }

    [Test]
    public async Task Second_enumeration_is_refused()
    {
        await using WatchStream<Widget> watch = Open(new ChunkedStream([], []));
        await foreach (WatchEvent<Widget> _ in watch) Assert.Fail("there is no event");

        Assert.That(() => watch.GetAsyncEnumerator(), Throws.InstanceOf<InvalidOperationException>());
    }

    [Test]
    public async Task Leaving_the_loop_disposes_the_response()
    {
        var owner = new Owner();
        var watch = new WatchStream<Widget>(new ChunkedStream(Encoding.UTF8.GetBytes(Added("a") + Added("b")), []), owner, Widget.Resource, 1 << 20, Idle, TimeProvider.System, CancellationToken.None);
        await foreach (WatchEvent<Widget> _ in watch) break;

        Assert.That(owner.Disposed, Is.EqualTo(1));
    }

    private static WatchStream<Widget> Open(Stream body, int limit = 1 << 20, TimeProvider? timeProvider = null, CancellationToken opening = default) =>
        new(body, body, Widget.Resource, limit, Idle, timeProvider ?? TimeProvider.System, opening);

    private sealed class Owner : IDisposable
    {
        public int Disposed { get; private set; }

        public void Dispose() => Disposed++;
    }

    /// <summary>Open, and nothing ever comes.</summary>
    private sealed class SilentStream : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return 0;
        }
    }
}
