using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Tests.Exchanges;

/// <summary>One server for a table of exchanges: each row sends a request and names the answer's code and message, as the real server gives them.</summary>
internal abstract class ExchangeFixture
{
    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        ["merge"] = "application/merge-patch+json",
        ["json"] = "application/json-patch+json",
        ["strategic"] = "application/strategic-merge-patch+json",
        ["apply"] = "application/apply-patch+yaml",
    };

    protected InMemoryApiServer Server { get; private set; } = null!;

    protected TestClient Client { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartServer()
    {
        Server = await InMemoryApiServer.StartAsync(new InMemoryApiServerOptions { OwnerGarbageCollection = false, NamespaceController = false });
        Client = new TestClient(Server);
        await PrepareAsync();
    }

    [OneTimeTearDown]
    public async Task StopServer()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }

    /// <summary>Makes the objects that the rows need.</summary>
    protected virtual Task PrepareAsync() => Task.CompletedTask;

    /// <summary>Sends a request. <paramref name="verb"/> is a method, or <c>merge</c>, <c>json</c>, <c>strategic</c> or <c>apply</c> for a patch of that type.</summary>
    protected Task<(int Code, JsonObject Body)> SendAsync(string verb, string path, string? body = null) =>
        Types.TryGetValue(verb, out var type) ? Client.JsonAsync("PATCH", path, body, type) : Client.JsonAsync(verb, path, body);

    protected async Task ExpectAsync(string verb, string path, string? body, int code, string message)
    {
        var (actual, status) = await SendAsync(verb, path, body);
        Assert.That((actual, (string?)status["message"] ?? ""), Is.EqualTo((code, message)), status.ToJsonString());
    }

    /// <summary>The warnings of an answer, without their code.</summary>
    protected async Task<IReadOnlyList<string>> WarningsAsync(string verb, string path, string body)
    {
        var (method, type) = Types.TryGetValue(verb, out var patch) ? ("PATCH", patch) : (verb, "application/json");
        using var response = await Client.SendAsync(method, path, body, type);
        return response.Headers.TryGetValues("Warning", out var values) ? [.. values.Select(v => v["299 - \"".Length..^1].Replace("\\\"", "\"", StringComparison.Ordinal))] : [];
    }
}
