using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Tests.Readme;

/// <summary>The smallest operator there is: labels every namespace. Stands for whatever a reader of the guide wants to test.</summary>
internal sealed class MyOperator : IAsyncDisposable
{
    private static readonly KubernetesResource<DynamicObject> Namespaces = DynamicObject.Resource(new("", "v1", "Namespace"), "namespaces", namespaced: false);
    private readonly CancellationTokenSource _stop = new();
    private readonly KubernetesClient _client;
    private readonly Task _work;

    private MyOperator(string kubeconfig)
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, kubeconfig);
        _client = new KubernetesClient(KubernetesClientConfiguration.Load(file));
        File.Delete(file);
        _work = Task.Run(WorkAsync, _stop.Token);
    }

    public static MyOperator Start(string kubeconfig) => new(kubeconfig);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _work;
        }
        catch (OperationCanceledException)
        {
            // Stopping is what was asked for.
        }

        await _client.DisposeAsync();
        _stop.Dispose();
    }

    private async Task WorkAsync()
    {
        await using IWatchStream<DynamicObject> watch = (await _client.WatchAsync(Namespaces, null, new WatchOptions(), _stop.Token)).Value;
        await foreach (WatchEvent<DynamicObject> e in watch.WithCancellation(_stop.Token))
        {
            if (e.Object is not { } ns || ns.Metadata.Labels.ContainsKey("seen")) continue;
            var labels = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["seen"] = "yes" } } };
            await _client.PatchAsync(Namespaces, ObjectKey.Of(ns), Patch.Merge(labels), new WriteOptions(), _stop.Token);
        }
    }
}
