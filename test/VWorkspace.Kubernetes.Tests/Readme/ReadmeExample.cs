// The package's README shows this file from the marker on; ReadmeTests compares the two and runs it.
#pragma warning disable MA0048, SA1402 // one file on purpose: it is one listing in the README
// README-BEGIN
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using VWorkspace.Kubernetes;

namespace Example;

/// <summary>Only what we read; the rest of a Deployment is skipped while decoding.</summary>
public sealed record Deployment : IKubernetesObject
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public ObjectMeta Metadata { get => field ?? new(); init; } = new();
    public DeploymentStatus? Status { get; init; }

    public static KubernetesResource<Deployment> Resource { get; } =
        new(new("apps", "v1", "Deployment"), "deployments", Namespaced: true, ExampleJson.Default.Deployment);
}

public sealed record DeploymentStatus
{
    public int ReadyReplicas { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Deployment))]
internal sealed partial class ExampleJson : JsonSerializerContext;

public static class Program
{
    public static async Task RunAsync(KubernetesClientConfiguration configuration, TextWriter output, CancellationToken cancellationToken)
    {
        await using var client = new KubernetesClient(configuration);

        // Refusals are values. A network fault would be a KubernetesTransportException.
        ApiResult<Deployment> applied = await client.PatchAsync(
            Deployment.Resource,
            new ObjectKey("default", "web"),
            Patch.Apply(new JsonObject
            {
                ["apiVersion"] = "apps/v1",
                ["kind"] = "Deployment",
                ["metadata"] = new JsonObject { ["name"] = "web" },
                ["spec"] = new JsonObject { ["replicas"] = 2 },
            }),
            new WriteOptions { FieldManager = "example" },
            cancellationToken);
        if (!applied.TryGet(out Deployment? web, out KubernetesError? refused))
        {
            await output.WriteLineAsync($"refused: {refused.Reason}");
            return;
        }

        await output.WriteLineAsync($"{web.Metadata.Name} is at {web.Metadata.ResourceVersion}");

        // List, then watch from where the list ended.
        ObjectPage<Deployment> page = (await client.ListAsync(Deployment.Resource, "default", new ListOptions(), cancellationToken)).Value;
        await output.WriteLineAsync($"{page.Items.Count} in all");
        await using IWatchStream<Deployment> watch =
            (await client.WatchAsync(Deployment.Resource, "default", new WatchOptions { ResourceVersion = page.ResourceVersion }, cancellationToken)).Value;
        await foreach (WatchEvent<Deployment> e in watch.WithCancellation(cancellationToken))
        {
            if (e.Type == WatchEventType.Error) break; // for instance 410: list again
            if (e.Object is { } deployment)
                await output.WriteLineAsync($"{e.Type}: {deployment.Metadata.Name} has {deployment.Status?.ReadyReplicas} ready");
        }
    }
}
