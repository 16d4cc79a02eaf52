using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>Which webhook configurations get the authority of a self-signed certificate.</summary>
/// <param name="Validating">Names of ValidatingWebhookConfigurations.</param>
/// <param name="Mutating">Names of MutatingWebhookConfigurations.</param>
public sealed record WebhookConfigurations(IReadOnlyList<string> Validating, IReadOnlyList<string> Mutating);

/// <summary>
/// Puts an authority into webhook configurations and keeps it there. Run it on the leader only: replicas with certificates of their own would take turns.
/// </summary>
public sealed partial class CaBundleInjector(IKubernetesClient client, WebhookConfigurations configurations, string authorityPem, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly KubernetesResource<DynamicObject> Validating =
        DynamicObject.Resource(new("admissionregistration.k8s.io", "v1", "ValidatingWebhookConfiguration"), "validatingwebhookconfigurations", false);
    private static readonly KubernetesResource<DynamicObject> Mutating =
        DynamicObject.Resource(new("admissionregistration.k8s.io", "v1", "MutatingWebhookConfiguration"), "mutatingwebhookconfigurations", false);

    private readonly string _bundle = Convert.ToBase64String(Encoding.ASCII.GetBytes(authorityPem));

    /// <summary>Injects now and repairs every 30 s until the token fires.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await InjectAsync(cancellationToken);
            await Task.Delay(Interval, clock, cancellationToken);
        }
    }

    /// <summary>Looks at each configuration once and writes those that differ.</summary>
    public async Task InjectAsync(CancellationToken cancellationToken)
    {
        foreach (string name in configurations.Validating) await InjectAsync(Validating, name, cancellationToken);
        foreach (string name in configurations.Mutating) await InjectAsync(Mutating, name, cancellationToken);
    }

    private async Task InjectAsync(KubernetesResource<DynamicObject> resource, string name, CancellationToken cancellationToken)
    {
        try
        {
            ObjectKey key = ObjectKey.ClusterScoped(name);
            ApiResult<DynamicObject> read = await client.GetAsync(resource, key, cancellationToken);
            if (!read.TryGet(out DynamicObject? configuration, out KubernetesError? error))
            {
                NotInjected(logger, resource.Kind.Kind, name, error.ToString());
                return;
            }

            var patch = new JsonArray();
            JsonArray webhooks = configuration.Json["webhooks"] as JsonArray ?? [];
            for (int i = 0; i < webhooks.Count; i++)
            {
                if ((string?)webhooks[i]?["clientConfig"]?["caBundle"] == _bundle) continue;
                patch.Add(new JsonObject { ["op"] = "add", ["path"] = $"/webhooks/{i.ToString(System.Globalization.CultureInfo.InvariantCulture)}/clientConfig/caBundle", ["value"] = _bundle });
            }

            if (patch.Count == 0) return;

            // Positions are only good for the version that was read.
            patch.Insert(0, new JsonObject { ["op"] = "test", ["path"] = "/metadata/resourceVersion", ["value"] = configuration.Metadata.ResourceVersion });
            ApiResult<DynamicObject> written = await client.PatchAsync(resource, key, Patch.JsonPatch(patch), new WriteOptions(), cancellationToken);
            if (written.Error is { } refused) NotInjected(logger, resource.Kind.Kind, name, refused.ToString());
            else Injected(logger, resource.Kind.Kind, name);
        }
        catch (KubernetesTransportException fault)
        {
            NotInjected(logger, resource.Kind.Kind, name, fault.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "CA bundle injected")]
    private static partial void Injected(ILogger logger, string kind, string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "CA bundle not injected, will be retried")]
    private static partial void NotInjected(ILogger logger, string kind, string name, string error);
}
