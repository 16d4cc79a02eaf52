using VWorkspace.Kubernetes.Tests.Wire;

namespace VWorkspace.Kubernetes.Tests.Client;

/// <summary>Answers that no API server gives, but proxies, load balancers and login pages do.</summary>
[TestFixture]
public sealed class HostileAnswerTests
{
    private const string Html = "<html><body>Please log in</body></html>";
    private static readonly ObjectKey Key = new("ns", "a");

    [TestCase("""{"items":{},"metadata":{"resourceVersion":"5"}}""")]
    [TestCase("""{"items":"none","metadata":{"resourceVersion":"5"}}""")]
    [TestCase("""{"items":false,"metadata":{"resourceVersion":"5"}}""")]
    [TestCase("""{"kind":"Widget","metadata":{"name":"a","resourceVersion":"5"}}""")]
    public async Task What_is_not_a_list_is_never_an_empty_one(string body)
    {
        await using var server = new RawServer((_, response) => response.JsonAsync(200, body));
        await using KubernetesClient client = TestClients.For(server.Address);

        var fault = await Assert.ThrowsAsync<KubernetesTransportException>(() => client.ListAsync(Widget.Resource, null, new(), TestClients.Limit()));

        Assert.That(fault!.Fault, Is.EqualTo(TransportFault.Protocol));
    }

    [Test]
    public async Task List_of_null_is_empty()
    {
        await using var server = new RawServer((_, response) => response.JsonAsync(200, """{"metadata":{"resourceVersion":"5"},"items":null}"""));
        await using KubernetesClient client = TestClients.For(server.Address);

        ObjectPage<Widget> page = (await client.ListAsync(Widget.Resource, null, new(), TestClients.Limit())).Value;

        Assert.That((page.Items.Count, page.ResourceVersion), Is.EqualTo((0, "5")));
    }

    [Test]
    public async Task Page_of_a_proxy_in_place_of_an_answer_is_told_as_such([Values("get", "list", "watch", "raw", "delete")] string verb)
    {
        await using var server = new RawServer((_, response) => response.TextAsync(200, "text/html; charset=utf-8", Html));
        await using KubernetesClient client = TestClients.For(server.Address);

        var fault = await Assert.ThrowsAsync<KubernetesTransportException>(() => verb switch
        {
            "get" => client.GetAsync(Widget.Resource, Key, TestClients.Limit()),
            "list" => client.ListAsync(Widget.Resource, null, new(), TestClients.Limit()),
            "watch" => client.WatchAsync(Widget.Resource, null, new(), TestClients.Limit()),
            "raw" => client.GetRawAsync("/version", null, TestClients.Limit()),
            _ => (Task)client.DeleteAsync(Widget.Resource, Key, new(), TestClients.Limit()),
        });

        Assert.That(fault!.Fault, Is.EqualTo(TransportFault.Protocol));
        Assert.That(fault.Message, Does.Contain("text/html").And.Contain("proxy"));
        Assert.That(server.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Text_in_place_of_json_is_told_without_blaming_anybody()
    {
        await using var server = new RawServer((_, response) => response.TextAsync(200, "text/plain", "ok"));
        await using KubernetesClient client = TestClients.For(server.Address);

        var fault = await Assert.ThrowsAsync<KubernetesTransportException>(() => client.GetRawAsync("/healthz", null, TestClients.Limit()));

        Assert.That(fault!.Message, Is.EqualTo("the answer about /healthz is text/plain and not JSON"));
    }

    [TestCase(404, """{"code":5,"message":"no such upstream"}""", "no such upstream")]
    [TestCase(502, """{"error":"upstream down"}""", """{"error":"upstream down"}""")]
    [TestCase(503, """{"code":200,"status":"Success"}""", """{"code":200,"status":"Success"}""")]
    [TestCase(500, "{}", "the server answered 500 Internal Server Error without an explanation")]
    [TestCase(401, "[1,2]", "[1,2]")]
    public async Task Code_of_the_answer_counts_and_the_words_are_kept_whatever_json_comes(int status, string body, string message)
    {
        await using var server = new RawServer((_, response) => response.RawAsync(System.Text.Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status} {(status == 500 ? "Internal Server Error" : "x")}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}")));
        await using KubernetesClient client = TestClients.For(server.Address);

        KubernetesError error = (await client.GetAsync(Widget.Resource, Key, TestClients.Limit())).Error!;

        Assert.That(error.Code, Is.EqualTo(status));
        Assert.That(error.Message, Is.EqualTo(message));
    }

    [Test]
    public async Task Redirect_is_a_refusal_that_names_the_other_host_and_nothing_of_its_query()
    {
        await using var server = new RawServer((_, response) => response.TextAsync(302, "text/html", Html, "Location: https://login.example.com/start?token=geheim"));
        await using KubernetesClient client = TestClients.For(server.Address);

        KubernetesError error = (await client.GetAsync(Widget.Resource, Key, TestClients.Limit())).Error!;

        Assert.That(error.Code, Is.EqualTo(302));
        Assert.That(error.Message, Does.Contain("https://login.example.com").And.Not.Contain("geheim"));
        Assert.That(server.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Informational_answer_before_the_real_one_is_passed_over()
    {
        await using var server = new RawServer(async (_, response) =>
        {
            await response.RawAsync("HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n"u8.ToArray());
            await response.JsonAsync(200, Widget.Json("a"));
        });
        await using KubernetesClient client = TestClients.For(server.Address);

        Assert.That((await client.GetAsync(Widget.Resource, Key, TestClients.Limit())).Value.Spec!.Size, Is.EqualTo(3));
    }

    [Test]
    public async Task Token_that_never_changes_ends_a_listing_instead_of_going_on_for_ever()
    {
        await using var server = new RawServer((_, response) => response.JsonAsync(200, $$$"""{"metadata":{"resourceVersion":"5","continue":"again"},"items":[{{{Widget.Json("a")}}}]}"""));
        await using KubernetesClient client = TestClients.For(server.Address);

        var fault = await Assert.ThrowsAsync<KubernetesTransportException>(async () =>
        {
            await foreach (Widget _ in client.ListAllAsync(Widget.Resource, cancellationToken: TestClients.Limit()))
            {
                // Only the end matters.
            }
        });

        Assert.That(fault!.Fault, Is.EqualTo(TransportFault.Protocol));
        Assert.That(server.Requests, Has.Count.EqualTo(2));
    }

    [TestCase("ns", "")]
    [TestCase("ns", null)]
    [TestCase("ns", ".")]
    [TestCase("ns", "..")]
    [TestCase("ns", "a/b")]
    [TestCase("ns", "a%2fb")]
    [TestCase("..", "a")]
    [TestCase("", "a")]
    public async Task Key_that_would_lead_to_another_place_is_never_sent(string? ns, string? name)
    {
        await using var server = new RawServer((_, response) => response.JsonAsync(200, "{}"));
        await using KubernetesClient client = TestClients.For(server.Address);
        var key = new ObjectKey(ns!, name!);

        await Assert.ThatAsync(() => client.DeleteAsync(Widget.Resource, key, new(), TestClients.Limit()), Throws.InstanceOf<ArgumentException>());
        await Assert.ThatAsync(() => client.GetAsync(Widget.Resource, key, TestClients.Limit()), Throws.InstanceOf<ArgumentException>());
        await Assert.ThatAsync(() => client.ReplaceAsync(Widget.Resource, key, [], new(), TestClients.Limit()), Throws.InstanceOf<ArgumentException>());
        await Assert.ThatAsync(() => client.PatchAsync(Widget.Resource, key, Patch.Merge([]), new(), TestClients.Limit()), Throws.InstanceOf<ArgumentException>());
        Assert.That(server.Requests, Is.Empty);
    }

    [Test]
    public async Task Key_of_nothing_is_never_sent_for_a_cluster_scoped_kind()
    {
        await using var server = new RawServer((_, response) => response.JsonAsync(200, "{}"));
        await using KubernetesClient client = TestClients.For(server.Address);

        await Assert.ThatAsync(() => client.DeleteAsync(new KubernetesResource(new("", "v1", "Node"), "nodes", false), default, new(), TestClients.Limit()), Throws.InstanceOf<ArgumentException>());
        Assert.That(server.Requests, Is.Empty);
    }
}
