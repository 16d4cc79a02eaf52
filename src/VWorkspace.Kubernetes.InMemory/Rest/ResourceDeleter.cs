using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Admission;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Storage;

namespace VWorkspace.Kubernetes.InMemory.Rest;

/// <summary>The result of a deletion.</summary>
/// <param name="Object">The object's last state.</param>
/// <param name="Gone">False while finalizers or a grace period hold it.</param>
internal sealed record DeleteResult(JsonObject Object, bool Gone);

/// <summary>Deletes objects: preconditions, propagation finalizers, grace periods.</summary>
internal sealed class ResourceDeleter(ObjectStore store, AdmissionChain admission, TimeProvider time)
{
    public async Task<DeleteResult> DeleteAsync(ResourceType type, string ns, string name, DeleteRequest request, WriteParameters options, CancellationToken ct)
    {
        while (true)
        {
            var stored = store.Find(type.StorageKey, ns, name) ?? throw StatusErrors.NotFound(type.Resource, name);
            var current = ObjectReader.View(type, stored);
            CheckPreconditions(type, name, current.Node, request);
            await admission.ValidateAsync(new AdmissionAttributes(type, ns, name, "", AdmissionOperation.Delete, null, current.Node, options), ct).ConfigureAwait(false);
            if (TryDelete(type, stored, current, request) is { } result) return result;
            if (request.PreconditionResourceVersion is not null) CheckPreconditions(type, name, store.Find(type.StorageKey, ns, name)?.Node ?? current.Node, request);
        }
    }

    private DeleteResult? TryDelete(ResourceType type, StoredObject stored, StoredObject current, DeleteRequest request)
    {
        var updated = current.Node.Copy();
        var metadata = updated.Metadata();
        var changed = SetPropagation(updated, request, type.Strategy.DefaultPropagation);
        var grace = type.Strategy.GracePeriod(current.Node, request.GracePeriodSeconds) ?? 0;
        type.Strategy.PrepareForDelete(type, updated);
        var held = updated.Finalizers().Count > 0 || !type.Strategy.CanVanish(updated);
        if (!held && grace == 0)
        {
            if (request.DryRun) return new DeleteResult(current.Node, true);
            var last = store.Remove(type.StorageKey, stored);
            return last is null ? null : new DeleteResult(last.Node, true);
        }

        if (!current.Node.IsBeingDeleted())
        {
            metadata["deletionTimestamp"] = Timestamps.Format(time.GetUtcNow().AddSeconds(grace));
            if (type.Strategy.ShowsGracePeriod) metadata["deletionGracePeriodSeconds"] = grace;
            if (updated.Generation() is > 0 and var generation) metadata["generation"] = generation + 1;
            changed = true;
        }
        else if (grace < (metadata.Number("deletionGracePeriodSeconds") ?? 0))
        {
            // A shorter grace period may follow a longer one, never the other way round.
            metadata["deletionGracePeriodSeconds"] = grace;
            metadata["deletionTimestamp"] = Timestamps.Format(time.GetUtcNow().AddSeconds(grace));
            changed = true;
        }

        if (!changed && JsonNode.DeepEquals(updated, current.Node)) return new DeleteResult(current.Node, false);
        if (request.DryRun) return new DeleteResult(updated, false);
        var replaced = store.Replace(type.StorageKey, stored, updated, type.Strategy.SchemaEpoch);
        return replaced is null ? null : new DeleteResult(replaced.Node, false);
    }

    private static bool SetPropagation(JsonObject obj, DeleteRequest request, string? byDefault)
    {
        var policy = request.PropagationPolicy ?? request.OrphanDependents switch { true => "Orphan", false => "Background", null => HasPropagation(obj) ? null : byDefault };
        if (policy is null) return false;
        var wanted = policy switch { "Orphan" => "orphan", "Foreground" => "foregroundDeletion", _ => null };
        var before = obj.Finalizers();
        var after = before.Where(f => f is not ("orphan" or "foregroundDeletion")).ToList();
        if (wanted is not null) after.Add(wanted);
        if (after.SequenceEqual(before, StringComparer.Ordinal)) return false;
        if (after.Count == 0) obj.Metadata().Remove("finalizers");
        else obj.Metadata()["finalizers"] = new JsonArray([.. after.Select(f => (JsonNode)f)]);
        return true;
    }

    private static bool HasPropagation(JsonObject obj) => obj.Finalizers().Any(f => f is "orphan" or "foregroundDeletion");

    private static void CheckPreconditions(ResourceType type, string name, JsonObject live, DeleteRequest request)
    {
        // Upstream names the kind here where other conflicts name the resource.
        if (request.PreconditionUid is { } uid && uid != live.Uid())
            throw StatusErrors.Conflict(type.GroupKind, name, $"the UID in the precondition ({uid}) does not match the UID in record ({live.Uid()}). The object might have been deleted and then recreated");
        if (request.PreconditionResourceVersion is { } version && version != live.ResourceVersion())
            throw StatusErrors.Conflict(type.GroupKind, name, $"the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record ({live.ResourceVersion()}). The object might have been modified");
    }
}
