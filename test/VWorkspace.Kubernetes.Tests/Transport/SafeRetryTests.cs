using System.Net;
using System.Net.Sockets;
using VWorkspace.Kubernetes.Tests.Client;
using VWorkspace.Kubernetes.Tests.Wire;

namespace VWorkspace.Kubernetes.Tests.Transport;

/// <summary>A write is sent again only when nobody can have carried it out.</summary>
[TestFixture]
public sealed class SafeRetryTests
{
    private static readonly ObjectKey Key = new("ns", "a");

    [Test]
    public async Task Write_is_repeated_while_there_is_no_connection()
    {
        int port;
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            port = ((IPEndPoint)free.LocalEndpoint).Port;
        }

        var handler = new Refusing(port);
        await using KubernetesClient client = TestClients.For(new Uri($"http://127.0.0.1:{port}"), new() { Handler = handler, Random = new Random(1) });

        ApiResult<Widget> result = await client.PatchAsync(Widget.Resource, Key, Patch.Merge([]), new(), TestClients.Limit());

        Assert.That(result.IsSuccess);
        Assert.That(handler.Calls, Is.EqualTo(3));
    }

    [Test]
    public async Task Write_whose_answer_is_cut_off_is_not_repeated([Values("POST", "PUT", "PATCH", "DELETE")] string verb, [Values] bool afterHead)
    {
        await using var server = new RawServer(async (_, response) =>
        {
            if (afterHead) await response.StartAsync();
            response.Reset();
        });
        await using KubernetesClient client = TestClients.For(server.Address);

        var fault = await Assert.ThrowsAsync<KubernetesTransportException>(() => verb switch
        {
            "POST" => client.CreateAsync(Widget.Resource, "ns", [], new(), TestClients.Limit()),
            "PUT" => client.ReplaceAsync(Widget.Resource, Key, [], new(), TestClients.Limit()),
            "PATCH" => client.PatchAsync(Widget.Resource, Key, Patch.Merge([]), new(), TestClients.Limit()),
            _ => (Task)client.DeleteAsync(Widget.Resource, Key, new(), TestClients.Limit()),
        });

        Assert.That(fault!.Fault, Is.EqualTo(TransportFault.Broken));
        Assert.That(server.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Cancellation_from_below_is_ambiguous_and_a_write_is_not_repeated()
    {
        var handler = new Cancelling();
        await using KubernetesClient client = TestClients.For(new Uri("http://stand-in"), new() { Handler = handler, Random = new Random(1) });

        var fault = await Assert.ThrowsAsync<KubernetesTransportException>(() => client.PatchAsync(Widget.Resource, Key, Patch.Merge([]), new(), TestClients.Limit()));

        Assert.That(fault!.Fault, Is.EqualTo(TransportFault.Broken));
        Assert.That(handler.Calls, Is.EqualTo(1));
    }

    [Test]
    public void Times_that_no_timer_takes_are_refused_with_the_name_of_the_setting()
    {
        var configuration = new KubernetesClientConfiguration { Server = new("http://127.0.0.1") };
        Assert.That(() => new KubernetesClient(configuration, new() { RequestTimeout = TimeSpan.MaxValue }), Throws.ArgumentException.With.Message.Contains("RequestTimeout"));
        Assert.That(() => new KubernetesClient(configuration, new() { ConnectTimeout = TimeSpan.FromDays(60) }), Throws.ArgumentException.With.Message.Contains("ConnectTimeout"));
    }

    [Test]
    public async Task Times_of_a_call_are_checked_before_it_is_sent()
    {
        await using KubernetesClient client = TestClients.For(new Uri("http://stand-in"), new() { Handler = new Cancelling() });
        await Assert.ThatAsync(() => client.ListAsync(Widget.Resource, null, new() { Timeout = TimeSpan.FromMinutes(-1) }, TestClients.Limit()), Throws.ArgumentException);
        await Assert.ThatAsync(() => client.ListAsync(Widget.Resource, null, new() { Timeout = TimeSpan.MaxValue }, TestClients.Limit()), Throws.ArgumentException);
        await Assert.ThatAsync(() => client.WatchAsync(Widget.Resource, null, new() { IdleTimeout = TimeSpan.Zero }, TestClients.Limit()), Throws.ArgumentException);
    }

    /// <summary>Goes to a port where nobody listens, twice, and then answers.</summary>
    private sealed class Refusing(int port) : DelegatingHandler(new SocketsHttpHandler())
    {
        public int Calls { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (++Calls < 3) return base.SendAsync(request, cancellationToken);
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(Widget.Json($"a{port}"), System.Text.Encoding.UTF8, "application/json") });
        }
    }

    private sealed class Cancelling : HttpMessageHandler
    {
        public int Calls { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Calls++;
            throw new TaskCanceledException("the peer gave up");
        }
    }
}
