using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace VWorkspace.ControllerRuntime.Tests;

[TestFixture]
internal sealed class HealthEndpointTests
{
    private WebApplication _app = null!;
    private HttpClient _http = null!;
    private HealthCheckResult _link = HealthCheckResult.Ok;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        var checks = new HealthChecks(TimeProvider.System, TimeSpan.FromMilliseconds(200));
        checks.Add("crds", () => HealthCheckResult.Ok);
        checks.Add("link", () => _link);
        checks.Add("webhook", () => HealthCheckResult.Skipped);
        var slow = new HealthChecks(TimeProvider.System, TimeSpan.FromMilliseconds(200));
        slow.Add("hangs", async token =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            return HealthCheckResult.Ok;
        });
        slow.Add("throws", () => throw new InvalidOperationException("https://user:secret@host"));
        var alive = new HealthChecks(TimeProvider.System);
        alive.Add("ping", HealthChecks.PingAsync);

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapHealth("/readyz", checks);
        _app.MapHealth("/slow", slow);
        _app.MapHealth("/healthz", alive);
        await _app.StartAsync();
        string address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        _http = new() { BaseAddress = new(address) };
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
    }

    [SetUp]
    public void SetUp() => _link = HealthCheckResult.Ok;

    [Test]
    public async Task Ready_when_every_check_passes_or_is_skipped()
    {
        using HttpResponseMessage response = await _http.GetAsync("/readyz?verbose");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(response.Content.Headers.ContentType!.MediaType, Is.EqualTo("application/json"));
        Assert.That(response.Headers.CacheControl!.NoStore, Is.True);
        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo(
            """{"status":"ok","failed":[],"checks":[{"name":"crds","status":"ok"},{"name":"link","status":"ok"},{"name":"webhook","status":"skipped"}]}"""));
    }

    [Test]
    public async Task Failed_check_is_named_with_reason_and_message()
    {
        _link = HealthCheckResult.Failed("ControlPlaneUnreachable", "no successful round trip for 6m12s");
        using HttpResponseMessage response = await _http.GetAsync("/readyz");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.StartWith("""{"status":"failed","failed":["link"],""").And.Contain(
            """{"name":"link","status":"failed","reason":"ControlPlaneUnreachable","message":"no successful round trip for 6m12s"}"""));
    }

    [TestCase("/readyz?exclude=link", HttpStatusCode.OK)]
    [TestCase("/readyz?exclude=crds&exclude=link", HttpStatusCode.OK)]
    [TestCase("/readyz?exclude=crds", HttpStatusCode.ServiceUnavailable)]
    [TestCase("/readyz/crds", HttpStatusCode.OK)]
    [TestCase("/readyz/link", HttpStatusCode.ServiceUnavailable)]
    [TestCase("/readyz/nothing", HttpStatusCode.NotFound)]
    [TestCase("/healthz", HttpStatusCode.OK)]
    [TestCase("/healthz/ping", HttpStatusCode.OK)]
    public async Task Path_and_query_select_checks(string path, HttpStatusCode expected)
    {
        _link = HealthCheckResult.Failed("X", "y");
        using HttpResponseMessage response = await _http.GetAsync(path);
        Assert.That(response.StatusCode, Is.EqualTo(expected));
    }

    [Test]
    public async Task Head_has_no_body_and_other_methods_are_refused()
    {
        using HttpResponseMessage head = await _http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/readyz"));
        Assert.That(head.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await head.Content.ReadAsByteArrayAsync(), Is.Empty);
        using HttpResponseMessage post = await _http.PostAsync("/readyz", null);
        Assert.That(post.StatusCode, Is.EqualTo(HttpStatusCode.MethodNotAllowed));
        Assert.That(post.Content.Headers.Allow, Is.EquivalentTo(new[] { "GET", "HEAD" }));
    }

    [Test]
    public async Task Check_that_hangs_or_throws_fails_without_telling_secrets()
    {
        using HttpResponseMessage response = await _http.GetAsync("/slow");
        string body = await response.Content.ReadAsStringAsync();
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(body, Does.Contain("\"reason\":\"TimedOut\"").And.Contain("\"reason\":\"CheckFailed\"").And.Not.Contain("secret"));
    }
}
