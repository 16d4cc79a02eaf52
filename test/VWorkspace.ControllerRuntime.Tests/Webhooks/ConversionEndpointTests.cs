using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;

namespace VWorkspace.ControllerRuntime.Tests;

/// <summary>Conversion as the API server asks for it, over HTTPS.</summary>
[TestFixture]
internal sealed class ConversionEndpointTests
{
    private const string V1 = "example.io/v1", V1Alpha1 = "example.io/v1alpha1";

    private ServingCertificate _certificate = null!;
    private X509Certificate2 _authority = null!;
    private RuntimeMetrics _metrics = null!;
    private PrometheusCollector _collector = null!;
    private TlsHost _host = null!;
    private HttpClient _http = null!;
    private Func<JsonObject, string, ConversionResult> _convert = Rename;

    [SetUp]
    public async Task SetUpAsync()
    {
        string meter = $"conversion-{TestContext.CurrentContext.Test.ID}";
        _collector = new(meter);
        _metrics = new(meter);
        _certificate = ServingCertificate.CreateSelfSigned(["127.0.0.1"], TimeProvider.System);
        _authority = X509Certificate2.CreateFromPem(_certificate.CertificateAuthorityPem);
        _convert = Rename;
        _host = await TlsHost.StartAsync(() => _certificate.Context, routes =>
            routes.MapConversion(ConversionEndpoint.DefaultPath, new Handler((obj, version) => _convert(obj, version)), _metrics, TimeProvider.System, NullLogger.Instance));
        _http = _host.Client(_authority);
    }

    [TearDown]
    public async Task TearDownAsync()
    {
        _http.Dispose();
        await _host.DisposeAsync();
        _authority.Dispose();
        _certificate.Dispose();
        _metrics.Dispose();
        _collector.Dispose();
    }

    /// <summary>v1alpha1 says <c>size</c> where v1 says <c>replicas</c>.</summary>
    private static ConversionResult Rename(JsonObject obj, string desired)
    {
        (string from, string to) = desired == V1 ? ("size", "replicas") : ("replicas", "size");
        var spec = (JsonObject)obj["spec"]!;
        JsonNode? value = spec[from]?.DeepClone();
        spec.Remove(from);
        spec[to] = value;
        return ConversionResult.Converted(obj);
    }

    private static JsonObject Widget(string name, string version = V1Alpha1) => new()
    {
        ["apiVersion"] = version, ["kind"] = "Widget",
        ["metadata"] = new JsonObject
        {
            ["name"] = name, ["namespace"] = "a", ["uid"] = "u-" + name, ["resourceVersion"] = "7", ["generation"] = 3, ["finalizers"] = new JsonArray("example.io/guard"),
            ["labels"] = new JsonObject { ["team"] = "x" }, ["annotations"] = new JsonObject { ["note"] = "größe" },
            ["ownerReferences"] = new JsonArray(new JsonObject { ["kind"] = "Owner", ["uid"] = "o" }), ["managedFields"] = new JsonArray(new JsonObject { ["manager"] = "m" }),
        },
        ["spec"] = new JsonObject { [version == V1 ? "replicas" : "size"] = 2, ["kept"] = true },
    };

    private static JsonObject Review(string desired, params JsonObject[] objects) => new()
    {
        ["apiVersion"] = "apiextensions.k8s.io/v1", ["kind"] = "ConversionReview",
        ["request"] = new JsonObject { ["uid"] = "705ab4f5", ["desiredAPIVersion"] = desired, ["objects"] = new JsonArray([.. objects]) },
    };

    private async Task<JsonObject> AskAsync(string body, string contentType = "application/json")
    {
        using var content = new StringContent(body, Encoding.UTF8);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        using HttpResponseMessage response = await _http.PostAsync(ConversionEndpoint.DefaultPath, content);
        Assert.That((int)response.StatusCode, Is.EqualTo(200));
        JsonNode review = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.That(((string?)review["apiVersion"], (string?)review["kind"]), Is.EqualTo(("apiextensions.k8s.io/v1", "ConversionReview")));
        return (JsonObject)review["response"]!;
    }

    private static string Failure(JsonObject response)
    {
        Assert.That((string?)response["result"]!["status"], Is.EqualTo("Failure"));
        Assert.That((JsonArray)response["convertedObjects"]!, Is.Empty, "all objects or none");
        return (string?)response["result"]!["message"] ?? string.Empty;
    }

    [Test]
    public async Task Objects_come_back_converted_in_their_order_with_the_uid_of_the_question()
    {
        JsonObject response = await AskAsync(Review(V1, Widget("one"), Widget("two", V1), Widget("three")).ToJsonString());
        Assert.That((string?)response["uid"], Is.EqualTo("705ab4f5"));
        Assert.That((string?)response["result"]!["status"], Is.EqualTo("Success"));
        var objects = (JsonArray)response["convertedObjects"]!;
        Assert.That(objects.Select(static o => (string?)o!["metadata"]!["name"]), Is.EqualTo(new[] { "one", "two", "three" }));
        foreach (JsonNode? obj in objects)
            Assert.That(JsonNode.DeepEquals(obj, Widget((string)obj!["metadata"]!["name"]!, V1)), Is.True, obj.ToJsonString());
    }

    [Test]
    public async Task Way_there_and_back_loses_nothing()
    {
        JsonObject there = await AskAsync(Review(V1, Widget("one")).ToJsonString());
        JsonObject back = await AskAsync(Review(V1Alpha1, (JsonObject)there["convertedObjects"]![0]!.DeepClone()).ToJsonString());
        Assert.That(JsonNode.DeepEquals(back["convertedObjects"]![0], Widget("one")), Is.True);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Handler_that_forgets_or_changes_metadata_changes_only_labels_and_annotations(bool forgets)
    {
        _convert = (obj, _) => ConversionResult.Converted(forgets
            ? new() { ["spec"] = new JsonObject() }
            : new() { ["metadata"] = new JsonObject { ["name"] = "other", ["uid"] = "other", ["labels"] = new JsonObject { ["new"] = "label" } }, ["kind"] = "Other", ["apiVersion"] = "other/v1" });
        JsonNode converted = (await AskAsync(Review(V1, Widget("one")).ToJsonString()))["convertedObjects"]![0]!;
        var expected = (JsonObject)Widget("one")["metadata"]!.DeepClone();
        if (!forgets) expected["labels"] = new JsonObject { ["new"] = "label" };
        Assert.That(JsonNode.DeepEquals(converted["metadata"], expected), Is.True, converted.ToJsonString());
        Assert.That(((string?)converted["kind"], (string?)converted["apiVersion"]), Is.EqualTo(("Widget", V1)));
    }

    [Test]
    public async Task Object_that_cannot_be_converted_fails_the_whole_review_and_says_which_and_why()
    {
        _convert = static (obj, version) => (string?)obj["metadata"]!["name"] == "two" ? ConversionResult.Failed("spec.size is no number") : Rename(obj, version);
        string message = Failure(await AskAsync(Review(V1, Widget("one"), Widget("two")).ToJsonString()));
        Assert.That(message, Is.EqualTo("Widget a/two cannot be converted to example.io/v1: spec.size is no number"));
    }

    [Test]
    public async Task Handler_that_throws_fails_the_review_keeps_its_text_and_is_counted()
    {
        _convert = static (_, _) => throw new InvalidOperationException("token=hunter2");
        JsonObject response = await AskAsync(Review(V1, Widget("one")).ToJsonString());
        Assert.That(Failure(response), Does.Not.Contain("hunter2").And.Contain("log"));
        Assert.That(_collector.Scrape(), Does.Contain("controller_runtime_conversion_webhook_panics_total 1\n"));
    }

    [TestCase("", "application/json", "")]
    [TestCase("[]", "application/json", "")]
    [TestCase("""{"apiVersion":"apiextensions.k8s.io/v1beta1","kind":"ConversionReview","request":{"uid":"u"}}""", "application/json", "u")]
    [TestCase("""{"apiVersion":"apiextensions.k8s.io/v1","kind":"ConversionReview"}""", "application/json", "")]
    [TestCase("""{"apiVersion":"apiextensions.k8s.io/v1","kind":"ConversionReview","request":{"uid":"u","objects":[]}}""", "application/json", "u")]
    [TestCase("""{"apiVersion":"apiextensions.k8s.io/v1","kind":"ConversionReview","request":{"uid":"u","desiredAPIVersion":7,"objects":[]}}""", "application/json", "u")]
    [TestCase("""{"apiVersion":"apiextensions.k8s.io/v1","kind":"ConversionReview","request":{"uid":"u","desiredAPIVersion":"v1"}}""", "application/json", "u")]
    [TestCase("""{"apiVersion":"apiextensions.k8s.io/v1","kind":"ConversionReview","request":{"uid":"u","desiredAPIVersion":"v1","objects":["x"]}}""", "application/json", "u")]
    [TestCase("{}", "text/plain", "")]
    public async Task Body_that_is_no_review_is_answered_with_a_failure_and_its_uid(string body, string contentType, string uid)
    {
        JsonObject response = await AskAsync(body, contentType);
        Assert.That(Failure(response), Is.Not.Empty);
        Assert.That((string?)response["uid"], Is.EqualTo(uid));
    }

    [Test]
    public async Task Review_without_objects_succeeds_without_objects()
    {
        JsonObject response = await AskAsync(Review(V1).ToJsonString());
        Assert.That(response.ToJsonString(), Is.EqualTo("""{"uid":"705ab4f5","result":{"status":"Success"},"convertedObjects":[]}"""));
    }

    private sealed class Handler(Func<JsonObject, string, ConversionResult> convert) : IConversionHandler
    {
        public ValueTask<ConversionResult> ConvertAsync(JsonObject obj, string desiredApiVersion, CancellationToken cancellationToken) => ValueTask.FromResult(convert(obj, desiredApiVersion));
    }
}
