using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace VWorkspace.Operator.Tests.Webhooks;

/// <summary>Asks webhooks directly, as the API server does.</summary>
internal static class WebhookCalls
{
    /// <summary>Sends an object for review and gives the answer.</summary>
    public static async Task<JsonObject> ReviewAsync(IPEndPoint address, string path, JsonObject instance)
    {
        // Whether the certificate is trusted is what the tests through the API server say.
        using var handler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true } };
        using var client = new HttpClient(handler);
        var review = new JsonObject
        {
            ["apiVersion"] = "admission.k8s.io/v1",
            ["kind"] = "AdmissionReview",
            ["request"] = new JsonObject
            {
                ["uid"] = "1",
                ["operation"] = "CREATE",
                ["kind"] = new JsonObject { ["group"] = "apps.vworkspace.io", ["version"] = "v1alpha1", ["kind"] = "ApplicationInstance" },
                ["resource"] = new JsonObject { ["group"] = "apps.vworkspace.io", ["version"] = "v1alpha1", ["resource"] = "applicationinstances" },
                ["namespace"] = "default",
                ["name"] = "wiki",
                ["object"] = instance,
            },
        };
        using var content = new StringContent(review.ToJsonString(), Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await client.PostAsync(new Uri($"https://{address}{path}"), content);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["response"]!.AsObject();
    }
}
