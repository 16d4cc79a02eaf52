using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using VWorkspace.Kubernetes.InMemory.Hosting;

namespace VWorkspace.Kubernetes.InMemory.Tests;

/// <summary>An admission webhook under test control, on HTTPS with a CA of its own.</summary>
internal sealed class WebhookServer : IAsyncDisposable
{
    private readonly ServingCertificates _certificates = ServingCertificates.Create();
    private readonly WebApplication _application;

    private WebhookServer(Func<JsonObject, JsonObject> answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.UseHttps(_certificates.Serving)));
        _application = builder.Build();
        _application.Run(async http =>
        {
            var review = (await JsonNode.ParseAsync(http.Request.Body))!.AsObject();
            Reviews.Add(review);
            var response = answer(review["request"]!.AsObject());
            response["uid"] = (string?)review["request"]!["uid"];
            await http.Response.WriteAsync(new JsonObject { ["apiVersion"] = "admission.k8s.io/v1", ["kind"] = "AdmissionReview", ["response"] = response }.ToJsonString());
        });
    }

    public List<JsonObject> Reviews { get; } = [];

    public string CaBundle => Convert.ToBase64String(Encoding.UTF8.GetBytes(_certificates.CaPem));

    public Uri Uri => new(new Uri(_application.Urls.First()), "/admit");

    public static async Task<WebhookServer> StartAsync(Func<JsonObject, JsonObject> answer)
    {
        var server = new WebhookServer(answer);
        await server._application.StartAsync();
        return server;
    }

    public static JsonObject Allow(string? patch = null)
    {
        var answer = new JsonObject { ["allowed"] = true };
        if (patch is null) return answer;
        answer["patchType"] = "JSONPatch";
        answer["patch"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(patch));
        return answer;
    }

    /// <summary>A configuration for ConfigMaps; <paramref name="extra"/> adds members to the webhook.</summary>
    public JsonObject Configuration(string kind, string? extra = null, string? url = null)
    {
        var webhook = JsonNode.Parse(extra ?? "{}")!.AsObject();
        webhook["name"] = "check.example.com";
        webhook["admissionReviewVersions"] = new JsonArray("v1");
        webhook["sideEffects"] ??= "None";
        webhook["clientConfig"] = new JsonObject { ["url"] = url ?? Uri.ToString(), ["caBundle"] = CaBundle };
        webhook["rules"] = new JsonArray(new JsonObject { ["operations"] = new JsonArray("*"), ["apiGroups"] = new JsonArray(""), ["apiVersions"] = new JsonArray("v1"), ["resources"] = new JsonArray("configmaps") });
        return new JsonObject { ["apiVersion"] = "admissionregistration.k8s.io/v1", ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = "test" }, ["webhooks"] = new JsonArray(webhook) };
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _certificates.Dispose();
    }
}
