using System.Text.Json.Nodes;
using VWorkspace.Kubernetes;

namespace VWorkspace.Sandbox.Worlds;

/// <summary>Applies manifests as <c>kubectl apply --server-side</c> does, and waits for what is asynchronous about it.</summary>
/// <param name="client">Connection to the API server.</param>
/// <param name="clock">For the pauses of waits.</param>
public sealed class ClusterWriter(IKubernetesClient client, TimeProvider clock)
{
    private static readonly TimeSpan EstablishDeadline = TimeSpan.FromSeconds(15);
    private static readonly WriteOptions Writer = new() { FieldManager = "kubectl", Force = true };

    /// <summary>Applies a manifest of one of the <see cref="Kinds"/>.</summary>
    /// <exception cref="SandboxUsageException">The kind is unknown, or the server refuses the object; the message is the server's.</exception>
    public async Task<DynamicObject> ApplyAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        JsonObject content = manifest.Content;
        if (Kinds.Of(content) is not { } resource)
            throw new SandboxUsageException($"{manifest.Source}: objects of kind {content["apiVersion"]}/{content["kind"]} are not applied by the sandbox");
        if ((string?)content["metadata"]?["name"] is not { Length: > 0 } name) throw new SandboxUsageException($"{manifest.Source}: metadata.name is missing");
        ObjectKey key = resource.Namespaced ? new((string?)content["metadata"]?["namespace"] ?? "default", name) : ObjectKey.ClusterScoped(name);
        ApiResult<DynamicObject> applied = await client.PatchAsync(resource, key, Patch.Apply(content), Writer, cancellationToken);
        return applied.TryGet(out DynamicObject? obj, out KubernetesError? error)
            ? obj
            : throw new SandboxUsageException($"{manifest.Source}: {error.Message}");
    }

    /// <summary>Applies CustomResourceDefinitions and waits until their kinds are served; other kinds among the manifests are left out.</summary>
    /// <inheritdoc cref="ApplyAsync"/>
    public async Task InstallCrdsAsync(IEnumerable<Manifest> manifests, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifests);
        List<(Manifest Manifest, ObjectKey Key)> installed = [];
        foreach (Manifest manifest in manifests)
            if ((string?)manifest.Content["kind"] == "CustomResourceDefinition")
                installed.Add((manifest, ObjectKey.Of(await ApplyAsync(manifest, cancellationToken))));
        foreach ((Manifest manifest, ObjectKey key) in installed) await EstablishedAsync(manifest, key, cancellationToken);
    }

    private async Task EstablishedAsync(Manifest manifest, ObjectKey key, CancellationToken cancellationToken)
    {
        DynamicObject? last = null;
        using var deadline = new CancellationTokenSource(EstablishDeadline, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await new ObjectFollower(client, clock).UntilAsync(
                Kinds.CustomResourceDefinitions, key, crd => (last = crd).Has("Established", ConditionStatus.True), both.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new SandboxUsageException($"{manifest.Source}: {key.Name} was not established: {string.Join("; ", last.Lines())}");
        }
    }

    /// <summary>Deletes an object; one that is absent is deleted already.</summary>
    public async Task DeleteAsync(KubernetesResource resource, ObjectKey key, CancellationToken cancellationToken)
    {
        ApiResult<JsonObject> deleted = await client.DeleteAsync(resource, key, new() { PropagationPolicy = "Background" }, cancellationToken);
        if (deleted.Error is { IsNotFound: false } error) throw new KubernetesApiException(error);
    }

    /// <summary>Changes an object by a merge patch.</summary>
    public async Task<DynamicObject> MergeAsync(KubernetesResource<DynamicObject> resource, ObjectKey key, JsonObject patch, CancellationToken cancellationToken) =>
        (await client.PatchAsync(resource, key, Patch.Merge(patch), new() { FieldManager = "kubectl" }, cancellationToken)).Value;
}
