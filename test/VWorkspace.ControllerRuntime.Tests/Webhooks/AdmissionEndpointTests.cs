using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime.Tests;

[TestFixture]
internal sealed class AdmissionEndpointTests
{
    private const string Path = "/validate-example-io-v1-widget";

    private RuntimeMetrics _metrics = null!;
    private PrometheusCollector _collector = null!;
    private WebApplication _app = null!;
    private HttpClient _http = null!;
    private RecordingLogs _logs = null!;
    private Func<AdmissionRequest, AdmissionDecision> _handler = static _ => AdmissionDecision.Allowed;

    [SetUp]
    public async Task SetUpAsync()
    {
        string meter = $"admission-{TestContext.CurrentContext.Test.ID}";
        _logs = new();
        _collector = new(meter);
        _metrics = new(meter);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapAdmission(Path, new Handler(request => _handler(request)), _metrics, TimeProvider.System, _logs.CreateLogger("webhook"));
        await _app.StartAsync();
        _http = new() { BaseAddress = new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()) };
    }

    [TearDown]
    public async Task TearDownAsync()
    {
        _http.Dispose();
        _logs.Dispose();
        await _app.DisposeAsync();
        _metrics.Dispose();
        _collector.Dispose();
    }

    private static JsonObject Review(string operation = "CREATE") => new()
    {
        ["apiVersion"] = "admission.k8s.io/v1",
        ["kind"] = "AdmissionReview",
        ["request"] = new JsonObject
        {
            ["uid"] = "u-1",
            ["kind"] = new JsonObject { ["group"] = "example.io", ["version"] = "v1", ["kind"] = "Widget" },
            ["resource"] = new JsonObject { ["group"] = "example.io", ["version"] = "v1", ["resource"] = "widgets" },
            ["name"] = "one",
            ["namespace"] = "a",
            ["operation"] = operation,
            ["userInfo"] = new JsonObject { ["username"] = "jane", ["groups"] = new JsonArray("dev", "ops") },
            ["object"] = new JsonObject { ["spec"] = new JsonObject { ["a/b"] = 1, ["gone"] = true, ["list"] = new JsonArray(1, 2) } },
            ["dryRun"] = true,
        },
    };

    private async Task<JsonObject> AskAsync(string body, string contentType = "application/json")
    {
        using var content = new StringContent(body, Encoding.UTF8);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        using HttpResponseMessage response = await _http.PostAsync(Path, content);
        Assert.That((int)response.StatusCode, Is.EqualTo(200));
        JsonNode review = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.That((string?)review["apiVersion"], Is.EqualTo("admission.k8s.io/v1"));
        Assert.That((string?)review["kind"], Is.EqualTo("AdmissionReview"));
        return (JsonObject)review["response"]!;
    }

    [Test]
    public async Task Request_reaches_the_handler_with_all_its_parts()
    {
        AdmissionRequest? seen = null;
        _handler = request =>
        {
            seen = request;
            return AdmissionDecision.Allowed with { Warnings = ["spec.a is deprecated"] };
        };
        JsonObject response = await AskAsync(Review("UPDATE").ToJsonString());
        Assert.That(response.ToJsonString(), Is.EqualTo("""{"uid":"u-1","allowed":true,"warnings":["spec.a is deprecated"]}"""));
        Assert.That(seen!.Kind, Is.EqualTo(Widgets.Widget.Kind));
        Assert.That((seen.Key, seen.Operation, seen.DryRun, seen.Resource), Is.EqualTo((new ObjectKey("a", "one"), AdmissionOperation.Update, true, "widgets")));
        Assert.That((seen.User.Name, string.Join(',', seen.User.Groups)), Is.EqualTo(("jane", "dev,ops")));
    }

    [Test]
    public async Task Refusal_carries_code_reason_message_and_warnings()
    {
        _handler = static _ => AdmissionDecision.Invalid("spec.x must not be empty") with { Warnings = ["w"] };
        JsonObject response = await AskAsync(Review().ToJsonString());
        Assert.That(response.ToJsonString(), Is.EqualTo(
            """{"uid":"u-1","allowed":false,"status":{"status":"Failure","code":422,"reason":"Invalid","message":"spec.x must not be empty"},"warnings":["w"]}"""));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Warnings_are_in_the_log_too(bool allowed)
    {
        _handler = _ => (allowed ? AdmissionDecision.Allowed : AdmissionDecision.Invalid("x")) with { Warnings = ["spec.a is deprecated", "b"] };
        await AskAsync(Review().ToJsonString());
        LogLine line = _logs.Lines.Single(static l => l.Message == "admission warnings");
        Assert.That((line.Level, line.Fields["kind"], line.Fields["namespace"], line.Fields["name"], line.Fields["warnings"]),
            Is.EqualTo((LogLevel.Warning, (object?)"Widget", (object?)"a", (object?)"one", (object?)"spec.a is deprecated; b")));
    }

    [Test]
    public async Task Change_of_a_defaulting_handler_becomes_a_patch()
    {
        _handler = static request =>
        {
            var spec = (JsonObject)request.Object!["spec"]!;
            spec["a/b"] = 2;
            spec.Remove("gone");
            spec["new"] = "x";
            ((JsonArray)spec["list"]!).Add(3);
            return AdmissionDecision.Allowed;
        };
        JsonObject response = await AskAsync(Review().ToJsonString());
        Assert.That((string?)response["patchType"], Is.EqualTo("JSONPatch"));
        Assert.That(Encoding.UTF8.GetString(Convert.FromBase64String((string)response["patch"]!)), Is.EqualTo(
            """[{"op":"replace","path":"/spec/a~1b","value":2},{"op":"remove","path":"/spec/gone"},{"op":"replace","path":"/spec/list","value":[1,2,3]},{"op":"add","path":"/spec/new","value":"x"}]"""));
    }

    [Test]
    public async Task Handler_that_throws_refuses_with_500_keeps_its_text_and_is_counted()
    {
        _handler = static _ => throw new InvalidOperationException("token=hunter2");
        JsonObject response = await AskAsync(Review().ToJsonString());
        Assert.That((bool?)response["allowed"], Is.False);
        Assert.That((int?)response["status"]!["code"], Is.EqualTo(500));
        Assert.That(response.ToJsonString(), Does.Not.Contain("hunter2"));
        Assert.That(_collector.Scrape(), Does.Contain("controller_runtime_webhook_panics_total 1\n"));
    }

    [TestCase("", "application/json")]
    [TestCase("{", "application/json")]
    [TestCase("[]", "application/json")]
    [TestCase("""{"apiVersion":"admission.k8s.io/v1beta1","kind":"AdmissionReview","request":{"uid":"u"}}""", "application/json")]
    [TestCase("""{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}""", "application/json")]
    [TestCase("""{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u","kind":{},"operation":"WHAT"}}""", "application/json")]
    [TestCase("""{"apiVersion":"admission.k8s.io/v1","apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}""", "application/json")]
    [TestCase("""{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u","kind":{},"operation":"CREATE","object":{"a":1,"a":2}}}""", "application/json")]
    [TestCase("{}", "text/plain")]
    public async Task Body_that_is_no_review_is_refused_with_400(string body, string contentType)
    {
        JsonObject response = await AskAsync(body, contentType);
        Assert.That((bool?)response["allowed"], Is.False);
        Assert.That((int?)response["status"]!["code"], Is.EqualTo(400));
    }

    [Test]
    public async Task Series_exist_before_the_first_request_and_count_by_path_and_code()
    {
        Assert.That(_collector.Scrape(), Does.Contain($"controller_runtime_webhook_requests_total{{code=\"500\",webhook=\"{Path}\"}} 0\n"));
        await AskAsync(Review().ToJsonString());
        await Eventually.HoldsAsync(() => _collector.Scrape().Contains($"controller_runtime_webhook_requests_total{{code=\"200\",webhook=\"{Path}\"}} 1\n", StringComparison.Ordinal), "the request is counted");
        string text = _collector.Scrape();
        Assert.That(text, Does.Contain($"controller_runtime_webhook_latency_seconds_count{{code=\"200\",webhook=\"{Path}\"}} 1\n"));
        Assert.That(text, Does.Contain($"controller_runtime_webhook_requests_in_flight{{webhook=\"{Path}\"}} 0\n"));
    }

    private sealed class Handler(Func<AdmissionRequest, AdmissionDecision> decide) : IAdmissionHandler
    {
        public ValueTask<AdmissionDecision> HandleAsync(AdmissionRequest request, CancellationToken cancellationToken) => ValueTask.FromResult(decide(request));
    }
}
