using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using VWorkspace.Api;
using VWorkspace.Apps.Tests.Support;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;
using VWorkspace.Kubernetes.Yaml;

namespace VWorkspace.Apps.Tests.Admission;

/// <summary>The webhooks over HTTPS, called by an API server through real webhook configurations.</summary>
public sealed class WebhookTests
{
    private static readonly KubernetesResource<DynamicObject> Instances = DynamicObject.Resource(ApiResources.ApplicationInstances.Kind, "applicationinstances");

    [Test]
    public async Task Api_server_asks_the_webhooks()
    {
        await using World world = await World.StartAsync();
        await using ControllerManager manager = new(new() { Client = world.Hands, Events = new() { ReportingController = "test", ReportingInstance = "test" } });
        using var certificate = ServingCertificate.CreateSelfSigned(["127.0.0.1", "localhost"], TimeProvider.System);
        await using WebApplication host = Host(certificate, world.Hands, manager);
        await host.StartAsync();
        string address = host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        await RegisterAsync(world, "ValidatingWebhookConfiguration", "validate.applicationinstances.apps.vworkspace.io", address + InstanceWebhooks.ValidatePath, certificate);
        await RegisterAsync(world, "MutatingWebhookConfiguration", "default.applicationinstances.apps.vworkspace.io", address + InstanceWebhooks.MutatePath, certificate);

        ApiResult<DynamicObject> refused = await CreateAsync(world, Samples.Wiki
            .Replace("version: 1.2.3", "version: latest", StringComparison.Ordinal)
            .Replace("oci://registry", "https://registry", StringComparison.Ordinal)
            .Replace("replicaCount: 2", "db: {password: canary}", StringComparison.Ordinal));
        Assert.That(refused.Error?.Code, Is.EqualTo(403), refused.Error?.Message);
        Assert.That(refused.Error!.Message, Does.Contain("FieldInvalid: spec.chart.url").And.Contain("FieldInvalid: spec.chart.version")
            .And.Contain("InlineSecretMaterialRejected: spec.values.inline.db.password: inline secret material is not accepted").And.Not.Contain("canary"));

        ApiResult<DynamicObject> stored = await CreateAsync(world, Samples.Wiki + "\n  integrations: {certManager: {}}\n");
        Assert.That(stored.Error, Is.Null);
        Assert.That(stored.Warnings, Has.Some.Contains("NamespaceNotGated"), "the gate warns by default");
        Assert.That((bool?)stored.Value.Json["spec"]!["integrations"]!["certManager"]!["enabled"], Is.False);
        Assert.That((string?)stored.Value.Json["spec"]!["mode"], Is.EqualTo("managed"));

        ApiResult<DynamicObject> placeholder = await world.Hands.PatchAsync(
            Instances, new(World.Namespace, "wiki"), Patch.Merge((JsonObject)JsonNode.Parse("""{"spec":{"mode":"placeholder","chart":null,"values":null}}""")!), new(), default);
        Assert.That(placeholder.Error?.Message, Does.Contain("ModeTransitionForbidden"));
        await world.DeleteAsync(ApiResources.ApplicationInstances, "wiki");
        await world.GoneAsync(ApiResources.ApplicationInstances, "wiki");
    }

    private static Task<ApiResult<DynamicObject>> CreateAsync(World world, string yaml) =>
        world.Hands.CreateAsync(Instances, World.Namespace, KubernetesYaml.ParseObject(yaml), new(), default);

    private static async Task RegisterAsync(World world, string kind, string name, string url, ServingCertificate certificate)
    {
        string bundle = Convert.ToBase64String(Encoding.ASCII.GetBytes(certificate.CertificateAuthorityPem));
        JsonObject body = KubernetesYaml.ParseObject($$"""
            apiVersion: admissionregistration.k8s.io/v1
            kind: {{kind}}
            metadata: {name: vworkspace-{{kind.ToLowerInvariant()}}}
            webhooks:
              - name: {{name}}
                clientConfig: {url: "{{url}}", caBundle: {{bundle}}}
                rules: [{apiGroups: [apps.vworkspace.io], apiVersions: [v1alpha1], operations: [CREATE, UPDATE], resources: [applicationinstances]}]
                failurePolicy: Fail
                sideEffects: None
                admissionReviewVersions: [v1]
                timeoutSeconds: 10
            """);
        KubernetesResource<DynamicObject> resource = DynamicObject.Resource(new("admissionregistration.k8s.io", "v1", kind), kind.ToLowerInvariant() + "s", namespaced: false);
        _ = (await world.Hands.CreateAsync(resource, null, body, new(), default)).Value;
    }

    private static WebApplication Host(ServingCertificate certificate, IKubernetesClient client, ControllerManager manager)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.UseHttps(certificate.Certificate)));
        WebApplication host = builder.Build();
        host.MapAdmission(InstanceWebhooks.ValidatePath, InstanceWebhooks.Validator(client, manager.Cache, new()), manager.Metrics, TimeProvider.System, NullLogger.Instance);
        host.MapAdmission(InstanceWebhooks.MutatePath, InstanceWebhooks.Defaulter(), manager.Metrics, TimeProvider.System, NullLogger.Instance);
        return host;
    }
}
