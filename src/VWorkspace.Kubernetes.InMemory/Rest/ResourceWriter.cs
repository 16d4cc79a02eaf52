using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Admission;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.ManagedFields;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Storage;

namespace VWorkspace.Kubernetes.InMemory.Rest;

/// <summary>The result of a write: the object as answered, and whether it was created.</summary>
internal sealed record WriteResult(JsonObject Object, bool Created);

/// <summary>Creates and updates objects in upstream's order: managed fields, mutating admission, preparation, validation, validating admission, store.</summary>
internal sealed class ResourceWriter(ObjectStore store, AdmissionChain admission, FieldOwnership ownership, TimeProvider time, RandomNames names)
{
    private const int GenerateNameAttempts = 8;

    public async Task<WriteResult> CreateAsync(ResourceType type, string ns, JsonObject obj, WriteParameters options, CancellationToken ct, bool applied = false)
    {
        CheckNamespace(type, ns, obj);
        if (ns.Length > 0) obj.Metadata()["namespace"] = ns;
        if (!applied) obj = ownership.AfterWrite(type, null, obj, "", options);
        var strategy = type.Strategy;
        var context = new WriteContext(time, names, options);
        if (obj.Name().Length == 0 && obj["metadata"].Text("generateName") is { Length: > 0 } baseName)
            return await CreateWithGeneratedNameAsync(type, ns, obj, baseName, options, ct).ConfigureAwait(false);

        var attributes = new AdmissionAttributes(type, ns, obj.Name(), "", AdmissionOperation.Create, obj, null, options);
        obj = await admission.MutateAsync(attributes, ct).ConfigureAwait(false);
        if (!ReferenceEquals(obj, attributes.Object)) obj = ownership.AfterWrite(type, attributes.Object, obj, "", options);

        var metadata = obj.Metadata();
        var pinned = !applied && obj.ResourceVersion() is { Length: > 0 } and not "0";
        foreach (var member in (ReadOnlySpan<string>)["resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"]) metadata.Remove(member);
        metadata["uid"] = names.Uid();
        metadata["creationTimestamp"] = Timestamps.Format(time.GetUtcNow());
        strategy.PrepareForCreate(type, obj, context);
        DeduplicateOwners(obj);
        options.Warnings.AddRange(ObjectMetaRules.Warnings(obj));
        options.Warnings.AddRange(strategy.Warnings(type, obj));
        List<FieldCause> causes = [.. ObjectMetaRules.Validate(obj, type.Namespaced, strategy.NameRule), .. strategy.Validate(type, obj)];
        if (causes.Count > 0) throw StatusErrors.Invalid(type.GroupKind, obj.Name(), causes);
        strategy.Canonicalize(type, obj);
        await admission.ValidateAsync(attributes with { Object = obj }, ct).ConfigureAwait(false);

        if (pinned) throw StatusErrors.Unclassified("resourceVersion should not be set on objects to be created");
        if (store.Find(type.StorageKey, ns, obj.Name()) is not null) throw StatusErrors.AlreadyExists(type.Resource, obj.Name());
        if (options.DryRun) return new WriteResult(obj, true);
        var stored = store.Add(type.StorageKey, obj, strategy.SchemaEpoch) ?? throw StatusErrors.AlreadyExists(type.Resource, obj.Name());
        return new WriteResult(stored.Node, true);
    }

    /// <param name="type">The resource.</param>
    /// <param name="ns">The namespace of the URL, empty for cluster scope.</param>
    /// <param name="name">The name of the URL.</param>
    /// <param name="subresource">Empty or <c>status</c> and the like.</param>
    /// <param name="source">Where the new state comes from.</param>
    /// <param name="options">The parameters of the write.</param>
    /// <param name="ct">Cancels the write.</param>
    public async Task<WriteResult> UpdateAsync(ResourceType type, string ns, string name, string subresource, UpdateSource source, WriteParameters options, CancellationToken ct)
    {
        while (true)
        {
            var stored = store.Find(type.StorageKey, ns, name);
            if (stored is null)
            {
                if (subresource.Length == 0 && source.MakeNew is not null && (source.CreatesMissing || type.Strategy.AllowCreateOnUpdate))
                {
                    var created = source.MakeNew();
                    CheckName(created, name);
                    return await CreateAsync(type, ns, created, options, ct, source.TracksOwnership).ConfigureAwait(false);
                }

                throw StatusErrors.NotFound(type.Resource, name);
            }

            var current = ObjectReader.View(type, stored);
            var warnings = options.Warnings.Count;
            var candidate = source.Change(current.Node);
            var result = await TryUpdateAsync(type, ns, name, subresource, source, stored, current, candidate, options, ct).ConfigureAwait(false);
            if (result is not null) return result;
            // Somebody else was faster: take back what this attempt said and start from the new state.
            options.Warnings.RemoveRange(warnings, options.Warnings.Count - warnings);
        }
    }

    private async Task<WriteResult?> TryUpdateAsync(ResourceType type, string ns, string name, string subresource, UpdateSource source, StoredObject stored, StoredObject current, JsonObject candidate, WriteParameters options, CancellationToken ct)
    {
        var strategy = type.Strategy;
        CheckName(candidate, name);
        CheckNamespace(type, ns, candidate);
        var live = current.Node;
        var pinned = CheckVersion(type, name, live, candidate, source.IsPatch);
        if (!source.TracksOwnership) candidate = ownership.AfterWrite(type, live, candidate, subresource, options);

        var attributes = new AdmissionAttributes(type, ns, name, subresource, AdmissionOperation.Update, candidate, live, options);
        candidate = await admission.MutateAsync(attributes, ct).ConfigureAwait(false);
        if (!ReferenceEquals(candidate, attributes.Object)) candidate = ownership.AfterWrite(type, attributes.Object, candidate, subresource, options);

        KeepSystemMetadata(candidate, live, type.Namespaced);
        var context = new WriteContext(time, names, options);
        if (subresource.Length > 0) candidate = strategy.PrepareForStatusUpdate(type, candidate, live, context);
        else strategy.PrepareForUpdate(type, candidate, live, context);
        DeduplicateOwners(candidate);
        options.Warnings.AddRange(ObjectMetaRules.Warnings(candidate));
        options.Warnings.AddRange(strategy.Warnings(type, candidate));
        // Upstream checks metadata once for every kind and once more in the kind's own validation; clients see both causes.
        var metadataCauses = ObjectMetaRules.ValidateUpdate(candidate, live);
        List<FieldCause> causes = [.. metadataCauses, .. metadataCauses, .. strategy.ValidateUpdate(type, candidate, live, subresource)];
        if (causes.Count > 0) throw StatusErrors.Invalid(type.GroupKind, name, causes);
        strategy.Canonicalize(type, candidate);
        ManagedFieldsTimes.KeepWhenNothingElseChanged(live, candidate);
        await admission.ValidateAsync(attributes with { Object = candidate }, ct).ConfigureAwait(false);

        if (JsonNode.DeepEquals(candidate, live)) return new WriteResult(live, false);
        if (options.DryRun) return new WriteResult(candidate, false);
        if (candidate.IsBeingDeleted() && candidate.Finalizers().Count == 0 && (candidate["metadata"].Number("deletionGracePeriodSeconds") ?? 0) == 0 && strategy.CanVanish(candidate))
        {
            var removed = store.Remove(type.StorageKey, stored, candidate);
            return removed is not null ? new WriteResult(removed.Node, false) : pinned ? throw StatusErrors.Modified(type.Resource, name) : null;
        }

        var replaced = store.Replace(type.StorageKey, stored, candidate, strategy.SchemaEpoch);
        return replaced is not null ? new WriteResult(replaced.Node, false) : pinned ? throw StatusErrors.Modified(type.Resource, name) : null;
    }

    private async Task<WriteResult> CreateWithGeneratedNameAsync(ResourceType type, string ns, JsonObject obj, string baseName, WriteParameters options, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            var copy = obj.Copy();
            copy.Metadata()["name"] = names.From(baseName);
            try
            {
                return await CreateAsync(type, ns, copy, options, ct, applied: true).ConfigureAwait(false);
            }
            catch (StatusException e) when (e.Status["reason"].AsText() == "AlreadyExists" && attempt < GenerateNameAttempts)
            {
                // A collision of random suffixes: try another one.
            }
        }
    }

    /// <summary>True when the caller named the version that it changes.</summary>
    private static bool CheckVersion(ResourceType type, string name, JsonObject live, JsonObject candidate, bool isPatch)
    {
        var wanted = candidate.ResourceVersion();
        var actual = live.ResourceVersion();
        if (candidate["metadata"].Text("uid") is { Length: > 0 } uid && uid != live.Uid())
            throw StatusErrors.Conflict(type.Resource, name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {live.Uid()}");
        if (wanted is "" or "0")
        {
            if (!type.Strategy.AllowUnconditionalUpdate && !isPatch)
                throw StatusErrors.Invalid(type.Resource, name, [FieldCause.InvalidRaw("metadata.resourceVersion", "0", "must be specified for an update")]);
            candidate.Metadata()["resourceVersion"] = actual;
            return false;
        }

        if (wanted != actual) throw StatusErrors.Modified(type.Resource, name);
        return !isPatch;
    }

    private static void KeepSystemMetadata(JsonObject candidate, JsonObject live, bool namespaced)
    {
        var (metadata, old) = (candidate.Metadata(), live.Metadata());
        foreach (var member in (ReadOnlySpan<string>)["uid", "creationTimestamp"])
            if (metadata.Text(member) is not { Length: > 0 } && old[member] is { } value) metadata[member] = value.DeepClone();
        foreach (var member in (ReadOnlySpan<string>)["generation", "deletionTimestamp", "deletionGracePeriodSeconds"])
        {
            metadata.Remove(member);
            if (old[member] is { } value) metadata[member] = value.DeepClone();
        }

        metadata.Remove("selfLink");
        if (namespaced && metadata.Text("namespace") is not { Length: > 0 }) metadata["namespace"] = live.Namespace();
    }

    private static void CheckName(JsonObject obj, string name)
    {
        var given = obj.Name();
        if (given.Length == 0) obj.Metadata()["name"] = name;
        else if (given != name) throw StatusErrors.BadRequest($"the name of the object ({given}) does not match the name on the URL ({name})");
    }

    private static void CheckNamespace(ResourceType type, string ns, JsonObject obj)
    {
        var given = obj.Namespace();
        if (!type.Namespaced)
        {
            if (given.Length > 0) obj.Metadata().Remove("namespace");
            return;
        }

        if (given.Length == 0) obj.Metadata()["namespace"] = ns;
        else if (given != ns) throw StatusErrors.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
    }

    private static void DeduplicateOwners(JsonObject obj)
    {
        if (obj["metadata"].Items("ownerReferences") is not { Count: > 1 } owners) return;
        for (var i = owners.Count - 1; i > 0; i--)
            if (owners.Take(i).Any(o => o.Text("uid") == owners[i].Text("uid") && JsonNode.DeepEquals(o, owners[i]))) owners.RemoveAt(i);
    }
}
