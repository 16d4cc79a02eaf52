using System.Globalization;
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

    public async Task<WriteResult> CreateAsync(ResourceType type, string ns, JsonObject obj, WriteParameters options, CancellationToken ct, bool applied = false, bool onUpdate = false)
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
        var pinned = !onUpdate && obj.ResourceVersion() is { Length: > 0 } and not "0";
        foreach (var member in (ReadOnlySpan<string>)["resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"]) metadata.Remove(member);
        metadata["uid"] = names.Uid();
        metadata["creationTimestamp"] = Timestamps.Format(time.GetUtcNow());
        strategy.PrepareForCreate(type, obj, context);
        OwnerReferences.Deduplicate(obj, options.Warnings);
        List<FieldCause> causes = [.. ObjectMetaRules.Validate(obj, type.Namespaced, strategy.NameRule), .. strategy.FinalizerCauses(obj), .. strategy.Validate(type, obj)];
        if (causes.Count > 0) throw StatusErrors.Invalid(type.GroupKind, obj.Name(), causes);
        options.Warnings.AddRange(strategy.Warnings(type, obj, null));
        strategy.Canonicalize(type, obj);
        await admission.ValidateAsync(attributes with { Object = obj }, ct).ConfigureAwait(false);

        if (pinned) throw StatusErrors.Unclassified("resourceVersion should not be set on objects to be created");
        if (store.Find(type.StorageKey, ns, obj.Name()) is { } there) throw StatusErrors.AlreadyExists(type.Resource, obj.Name(), there.Node.IsBeingDeleted());
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
                if (source.Uid is { Length: > 0 } uid) throw StatusErrors.UidMismatch(type, ns, name, uid, "");
                if (subresource.Length == 0 && source.MakeNew is not null && (source.CreatesMissing || type.Strategy.AllowCreateOnUpdate))
                {
                    var created = source.MakeNew();
                    CheckName(created, name);
                    if (created.Uid() is { Length: > 0 } given)
                        throw StatusErrors.Conflict(type.Resource, name, $"uid mismatch: the provided object specified uid {given}, and no existing object was found");
                    return await CreateAsync(type, ns, created, options, ct, source.TracksOwnership, onUpdate: true).ConfigureAwait(false);
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
        var pinned = CheckVersion(type, ns, name, live, candidate, source.IsPatch);
        if (!source.TracksOwnership) candidate = ownership.AfterWrite(type, live, candidate, subresource, options);

        var attributes = new AdmissionAttributes(type, ns, name, subresource, AdmissionOperation.Update, candidate, live, options);
        candidate = await admission.MutateAsync(attributes, ct).ConfigureAwait(false);
        if (!ReferenceEquals(candidate, attributes.Object)) candidate = ownership.AfterWrite(type, attributes.Object, candidate, subresource, options);

        KeepSystemMetadata(candidate, live, type.Namespaced);
        var context = new WriteContext(time, names, options);
        // A change of the scale is one of the object's desired state, with the object's own rules.
        var part = subresource == "scale" ? "" : subresource;
        if (part.Length > 0) candidate = strategy.PrepareForStatusUpdate(type, candidate, live, context, subresource);
        else strategy.PrepareForUpdate(type, candidate, live, context);
        OwnerReferences.Deduplicate(candidate, options.Warnings);
        // Upstream checks the metadata of every kind as a whole and as a change, and as a change once more in the kind's own validation; clients see every cause.
        var metadataCauses = ObjectMetaRules.ValidateUpdate(candidate, live);
        List<FieldCause> causes = [.. ObjectMetaRules.ValidateCollections(candidate), .. metadataCauses, .. metadataCauses, .. strategy.FinalizerCauses(candidate), .. strategy.ValidateUpdate(type, candidate, live, part)];
        if (causes.Count > 0) throw StatusErrors.Invalid(type.GroupKind, name, causes);
        options.Warnings.AddRange(strategy.Warnings(type, candidate, live));
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
    private static bool CheckVersion(ResourceType type, string ns, string name, JsonObject live, JsonObject candidate, bool isPatch)
    {
        var wanted = candidate.ResourceVersion();
        var actual = live.ResourceVersion();
        // A replacement names the object that it replaces; of a patched object the uid is a member like any other, which may not change.
        if (!isPatch && candidate.Uid() is { Length: > 0 } uid && uid != live.Uid()) throw StatusErrors.UidMismatch(type, ns, name, uid, live.Uid());
        if (wanted.Length > 0 && !ulong.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            throw StatusErrors.Unclassified($"strconv.ParseUint: parsing {FieldCause.Quote(wanted)}: invalid syntax");
        if (wanted is "" or "0")
        {
            if (!type.Strategy.AllowUnconditionalUpdate)
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
        if (metadata.Text("uid") is not { Length: > 0 } && old["uid"] is { } uid) metadata["uid"] = uid.DeepClone();
        // What the server set stays, whatever the client says; a deletion that the client makes up is left for validation to refuse.
        foreach (var member in (ReadOnlySpan<string>)["creationTimestamp", "deletionTimestamp"])
            if (old[member] is { } value) metadata[member] = value.DeepClone();
        if (metadata["deletionGracePeriodSeconds"] is null && old["deletionGracePeriodSeconds"] is { } grace) metadata["deletionGracePeriodSeconds"] = grace.DeepClone();
        metadata.Remove("generation");
        if (old["generation"] is { } generation) metadata["generation"] = generation.DeepClone();
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
}
