using System.Text;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Tests;

[TestFixture]
public sealed class FaultTests
{
    [Test]
    public async Task Refusal_hits_the_nth_matching_request_only()
    {
        await using var server = await InMemoryApiServer.StartAsync();
        using var client = new TestClient(server);
        server.Faults.Add(new RequestMatch { Verb = "get", Resource = "namespaces", Skip = 1, Times = 1 }, new Fault.Refuse(429, "TooManyRequests", "slow down", 7));
        var codes = new List<int>();
        string? retryAfter = null;
        for (var i = 0; i < 3; i++)
        {
            using var response = await client.SendAsync("GET", "/api/v1/namespaces/default");
            codes.Add((int)response.StatusCode);
            retryAfter ??= response.Headers.RetryAfter?.ToString();
        }

        Assert.That(codes, Is.EqualTo((int[])[200, 429, 200]));
        Assert.That(retryAfter, Is.EqualTo("7"));
    }

    /// <summary>Neither made objects, whose uids are drawn too, nor another fault, nor watches move the chance of a fault.</summary>
    [Test]
    public async Task Seed_means_the_same_hits_whatever_else_the_server_does()
    {
        string[] hits = await Task.WhenAll(HitsAsync(disturbed: false), HitsAsync(disturbed: true));

        Assert.That(hits[1], Is.EqualTo(hits[0]));
        Assert.That(hits[0], Does.Contain('x').And.Contain('.'));

        static async Task<string> HitsAsync(bool disturbed)
        {
            await using var server = await InMemoryApiServer.StartAsync(new InMemoryApiServerOptions { Random = new Random(7) });
            using var client = new TestClient(server);
            server.Faults.Add(new RequestMatch { Verb = "get", Resource = "namespaces", Probability = 0.5 }, new Fault.Refuse(429));
            server.Faults.Add(new RequestMatch { Verb = "get", Resource = "configmaps", Probability = 0.5 }, new Fault.Refuse(503));
            var hits = new StringBuilder();
            for (int i = 0; i < 40; i++)
            {
                if (disturbed)
                {
                    await server.CreateAsync(TestData.ConfigMap($"c{i}"));
                    using (await client.SendAsync("GET", "/api/v1/namespaces/default/configmaps/c0"))
                    using (await client.SendAsync("GET", "/api/v1/configmaps?watch=true"))
                    {
                        // Asked for and left.
                    }
                }

                using var response = await client.SendAsync("GET", "/api/v1/namespaces/default");
                hits.Append((int)response.StatusCode == 429 ? 'x' : '.');
            }

            return hits.ToString();
        }
    }

    [Test]
    public async Task Cut_before_response_leaves_the_write_done()
    {
        await using var server = await InMemoryApiServer.StartAsync();
        using var client = new TestClient(server);
        server.Faults.Add(new RequestMatch { Verb = "create", Times = 1 }, new Fault.CutBeforeResponse());
        Assert.That(async () => await client.JsonAsync("POST", "/api/v1/namespaces/default/configmaps", TestData.ConfigMap("a").ToJsonString()), Throws.InstanceOf<Exception>());
        Assert.That(server.Find("v1", "ConfigMap", "default", "a"), Is.Not.Null);
    }

    [Test]
    public async Task Cut_before_request_leaves_nothing_done()
    {
        await using var server = await InMemoryApiServer.StartAsync();
        using var client = new TestClient(server);
        server.Faults.Add(new RequestMatch { Verb = "create", Times = 1 }, new Fault.CutBeforeRequest());
        Assert.That(async () => await client.JsonAsync("POST", "/api/v1/namespaces/default/configmaps", TestData.ConfigMap("a").ToJsonString()), Throws.InstanceOf<Exception>());
        Assert.That(server.Find("v1", "ConfigMap", "default", "a"), Is.Null);
    }

    [Test]
    public async Task Watch_cut_inside_a_character_gives_a_broken_line()
    {
        await using var server = await InMemoryApiServer.StartAsync();
        using var client = new TestClient(server);
        await server.CreateAsync(TestData.ConfigMap("a", text: "plain"));
        await server.CreateAsync(TestData.ConfigMap("b", text: "grün"));
        server.Faults.Add(new RequestMatch { Verb = "watch" }, new Fault.CutInsideCharacter());
        var bytes = await ReadUntilBrokenAsync(client, "/api/v1/namespaces/default/configmaps?watch=true");
        var lines = Encoding.Latin1.GetString(bytes).Split('\n');
        Assert.That(lines, Has.Length.EqualTo(2));
        Assert.That(bytes[^1], Is.GreaterThanOrEqualTo(0x80), "the last byte must be the first of a longer character");
    }

    [Test]
    public async Task Bookmark_duplicated_arrives_twice()
    {
        await using var server = await InMemoryApiServer.StartAsync();
        using var client = new TestClient(server);
        server.Faults.Add(new RequestMatch { Verb = "watch" }, new Fault.DuplicateBookmarks());
        using var response = await client.SendAsync("GET", "/api/v1/configmaps?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1");
        var lines = (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines.Select(l => (string?)JsonNode.Parse(l)!["type"]), Is.EqualTo((string[])["BOOKMARK", "BOOKMARK"]));
    }

    [Test]
    public async Task Stall_sends_nothing_and_ends_nothing()
    {
        await using var server = await InMemoryApiServer.StartAsync();
        using var client = new TestClient(server);
        await server.CreateAsync(TestData.ConfigMap("a"));
        await server.CreateAsync(TestData.ConfigMap("b"));
        server.Faults.Add(new RequestMatch { Verb = "watch" }, new Fault.Stall(1));
        using var response = await client.SendAsync("GET", "/api/v1/namespaces/default/configmaps?watch=true&timeoutSeconds=1");
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.That(await reader.ReadLineAsync(), Does.Contain("\"ADDED\""));
        var next = reader.ReadLineAsync();
        await server.CreateAsync(TestData.ConfigMap("c"));
        await client.JsonAsync("GET", "/api/v1/namespaces/default");
        Assert.That(next.IsCompleted, Is.False);
    }

    [Test]
    public async Task Watch_expired_by_fault_says_410()
    {
        await using var server = await InMemoryApiServer.StartAsync();
        using var client = new TestClient(server);
        server.Faults.Add(new RequestMatch { Verb = "watch", Times = 1 }, new Fault.ExpireWatch());
        using var response = await client.SendAsync("GET", "/api/v1/configmaps?watch=true&timeoutSeconds=1");
        Assert.That((int?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["object"]!["code"], Is.EqualTo(410));
    }

    [Test]
    public async Task Control_path_takes_faults_from_the_admin_only_and_is_off_by_default()
    {
        await using var plain = await InMemoryApiServer.StartAsync();
        using (var client = new TestClient(plain))
        {
            using var response = await client.SendAsync("GET", "/control/faults");
            Assert.That((int)response.StatusCode, Is.EqualTo(404));
        }

        await using var server = await InMemoryApiServer.StartAsync(new InMemoryApiServerOptions { ControlPath = "/control" });
        using var admin = new TestClient(server);
        using var user = new TestClient(server, server.AddUser("jane"));
        const string fault = """{"match":{"verb":"get","times":1},"fault":{"type":"Refuse","code":503}}""";
        Assert.That((await user.JsonAsync("POST", "/control/faults", fault)).Code, Is.EqualTo(403));
        Assert.That((await admin.JsonAsync("POST", "/control/faults", fault)).Code, Is.EqualTo(200));
        Assert.That((await admin.JsonAsync("GET", "/api/v1/namespaces/default")).Code, Is.EqualTo(503));
        Assert.That((await admin.JsonAsync("GET", "/api/v1/namespaces/default")).Code, Is.EqualTo(200));
    }

    private static async Task<byte[]> ReadUntilBrokenAsync(TestClient client, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Version = new Version(1, 1) };
        using var response = await client.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var stream = await response.Content.ReadAsStreamAsync();
        var all = new MemoryStream();
        var buffer = new byte[1024];
        try
        {
            while (await stream.ReadAsync(buffer) is > 0 and var count) await all.WriteAsync(buffer.AsMemory(0, count));
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            // This is what the fault is for.
        }

        return all.ToArray();
    }
}
