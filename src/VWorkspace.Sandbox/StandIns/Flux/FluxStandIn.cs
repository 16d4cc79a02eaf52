using System.Text.Json.Nodes;
using VWorkspace.Kubernetes;
using VWorkspace.Sandbox.StandIns.Workloads;
using VWorkspace.Sandbox.Worlds;

namespace VWorkspace.Sandbox.StandIns.Flux;

/// <summary>source-controller and helm-controller, each as a client of its own, and the deployment controller that their workloads need.</summary>
internal sealed class FluxStandIn : IAsyncDisposable
{
    private const string Namespace = "flux-system";

    private readonly StandInManager[] _processes;

    public FluxStandIn(string kubeconfig, FluxOptions options, TimeProvider clock) => _processes =
    [
        new(FluxApi.SourceControllerName, kubeconfig, clock, manager => FluxControllers.AddSources(manager, options)),
        new(FluxApi.HelmControllerName, kubeconfig, clock, manager => FluxControllers.AddReleases(manager, options)),
        new("kube-controller-manager", kubeconfig, clock, DeploymentStandIn.Add),
    ];

    /// <summary>Starts the controllers and waits until they know the cluster.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => Task.WhenAll(_processes.Select(process => process.StartAsync(cancellationToken)));

    /// <summary>The objects by which an installation of Flux is recognised: its namespace and the Deployments of its controllers.</summary>
    public static async Task InstallAsync(ClusterWriter writer, CancellationToken cancellationToken)
    {
        await writer.ApplyAsync(new("flux", new() { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = Namespace } }), cancellationToken);
        foreach ((string name, string version) in new[] { (FluxApi.SourceControllerName, "v1.9.1"), (FluxApi.HelmControllerName, "v1.6.3") })
            await writer.ApplyAsync(new("flux", Deployment(name, version)), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (StandInManager process in _processes.Reverse()) await process.DisposeAsync();
    }

    private static JsonObject Deployment(string name, string version)
    {
        JsonObject Labels() => new() { ["app"] = name };
        return new()
        {
            ["apiVersion"] = "apps/v1",
            ["kind"] = "Deployment",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = Namespace,
                ["labels"] = new JsonObject { ["app.kubernetes.io/component"] = name, ["app.kubernetes.io/part-of"] = "flux", ["app.kubernetes.io/version"] = "v2.9.0" },
            },
            ["spec"] = new JsonObject
            {
                ["replicas"] = 1,
                ["selector"] = new JsonObject { ["matchLabels"] = Labels() },
                ["template"] = new JsonObject
                {
                    ["metadata"] = new JsonObject { ["labels"] = Labels() },
                    ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "manager", ["image"] = $"ghcr.io/fluxcd/{name}:{version}" }) },
                },
            },
        };
    }
}
