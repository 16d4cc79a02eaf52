using VWorkspace.Kubernetes;

namespace VWorkspace.Sandbox.StandIns.Flux;

/// <summary>Helm's storage of revisions, read and written live: one Secret a revision.</summary>
internal sealed class HelmStorage(IKubernetesClient client, TimeProvider clock)
{
    private static readonly KubernetesResource<DynamicObject> Secrets = DynamicObject.Resource(new(string.Empty, "v1", "Secret"), "secrets");
    private static readonly WriteOptions Writer = new() { FieldManager = FluxApi.HelmControllerName, Force = true };

    /// <summary>All readable revisions of a release, newest first.</summary>
    public async Task<IReadOnlyList<StoredRelease>> ListAsync(string @namespace, string release, CancellationToken cancellationToken)
    {
        ApiResult<ObjectPage<DynamicObject>> page = await client.ListAsync(Secrets, @namespace, new() { LabelSelector = $"owner=helm,name={release}" }, cancellationToken);
        return [.. page.Value.Items.Select(secret => StoredRelease.FromSecret(secret.Json)).OfType<StoredRelease>().OrderByDescending(stored => stored.Version)];
    }

    public async Task WriteAsync(StoredRelease release, CancellationToken cancellationToken)
    {
        ApiResult<DynamicObject> written = await client.PatchAsync(
            Secrets, new(release.Namespace, release.SecretName), Patch.Apply(release.ToSecret(clock.GetUtcNow())), Writer, cancellationToken);
        _ = written.Value;
    }

    public async Task DeleteAsync(StoredRelease release, CancellationToken cancellationToken)
    {
        ApiResult<System.Text.Json.Nodes.JsonObject> deleted = await client.DeleteAsync(Secrets, new(release.Namespace, release.SecretName), new(), cancellationToken);
        if (deleted.Error is { IsNotFound: false } error) throw new KubernetesApiException(error);
    }
}
