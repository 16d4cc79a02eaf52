using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.ManagedFields;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Tables;

namespace VWorkspace.Kubernetes.InMemory.Rest;

/// <summary>What a kind does differently from the rest: decoding, defaulting, validation, generation, deletion. The base is a plain kind without status.</summary>
internal abstract class ResourceStrategy
{
    /// <summary>Whether PUT to a missing name creates.</summary>
    public virtual bool AllowCreateOnUpdate => false;

    /// <summary>Whether PUT without a resourceVersion overwrites.</summary>
    public virtual bool AllowUnconditionalUpdate => true;

    /// <summary>Whether DELETE answers the object instead of a Status.</summary>
    public virtual bool ReturnsDeletedObject => false;

    /// <summary>Whether status is written only through its subresource.</summary>
    public virtual bool HasStatus => false;

    /// <summary>Whether metadata.generation counts changes of the desired state.</summary>
    public virtual bool TracksGeneration => false;

    /// <summary>Grows when stored objects must be defaulted and pruned anew on reading.</summary>
    public virtual long SchemaEpoch => 0;

    /// <summary>Field selector paths beyond metadata.name and metadata.namespace.</summary>
    public virtual IReadOnlyList<string> SelectableFields => [];

    public virtual Func<string, IReadOnlyList<string>> NameRule => NameRules.Subdomain;

    /// <summary>What the decoder of the kind could not read, in its words; null when it can read all.</summary>
    public virtual string? DecodeProblem(ResourceType type, JsonObject obj) => null;

    /// <summary>Removes what the schema does not know and brings the rest into canonical form. Returns the paths of unknown fields, sorted.</summary>
    public virtual IReadOnlyList<string> Decode(ResourceType type, JsonObject obj) => [];

    /// <summary>Fills in defaults.</summary>
    public virtual void ApplyDefaults(ResourceType type, JsonObject obj)
    {
    }

    /// <summary>The last step before a response or the store: what a typed round trip would add or drop.</summary>
    public virtual void Canonicalize(ResourceType type, JsonObject obj)
    {
    }

    /// <summary>Brings a stored object (perhaps written in another version or under an older schema) into the type's version.</summary>
    public virtual void Convert(ResourceType type, JsonObject obj) => obj["apiVersion"] = type.ApiVersion;

    public virtual void PrepareForCreate(ResourceType type, JsonObject obj, WriteContext context)
    {
        if (HasStatus) obj.Remove("status");
        if (TracksGeneration) obj.Metadata()["generation"] = 1;
    }

    public virtual void PrepareForUpdate(ResourceType type, JsonObject obj, JsonObject old, WriteContext context)
    {
        if (HasStatus)
        {
            obj.Remove("status");
            if (old["status"] is { } status) obj["status"] = status.DeepClone();
        }

        if (TracksGeneration && DesiredStateDiffers(obj, old)) obj.Metadata()["generation"] = old.Generation() + 1;
    }

    /// <summary>Keeps of a status write only what it may change.</summary>
    public virtual JsonObject PrepareForStatusUpdate(ResourceType type, JsonObject obj, JsonObject old, WriteContext context, string subresource)
    {
        var result = old.Copy();
        result["metadata"] = obj["metadata"]?.DeepClone();
        result.Remove("status");
        if (obj["status"] is { } status) result["status"] = status.DeepClone();
        return result;
    }

    public virtual IEnumerable<FieldCause> Validate(ResourceType type, JsonObject obj) => [];

    public virtual IEnumerable<FieldCause> ValidateUpdate(ResourceType type, JsonObject obj, JsonObject old, string subresource) => Validate(type, obj);

    /// <summary>What the client is told of a write that succeeds.</summary>
    public virtual IEnumerable<string> Warnings(ResourceType type, JsonObject obj, JsonObject? old) => [];

    /// <summary>An object of the kind with nothing in it, as a bookmark carries one: what a typed kind always writes is there.</summary>
    public virtual JsonObject Empty(ResourceType type) => new() { ["apiVersion"] = type.ApiVersion, ["kind"] = type.Kind };

    /// <summary>What a deletion that names no policy does about dependents; null for leaving them to the garbage collector.</summary>
    public virtual string? DefaultPropagation => null;

    /// <summary>What the client is told of a deletion.</summary>
    public virtual IEnumerable<string> DeleteWarnings(DeleteRequest request) => [];

    /// <summary>What is wrong with the finalizers beyond their syntax.</summary>
    public virtual IEnumerable<FieldCause> FinalizerCauses(JsonObject obj) => [];

    /// <summary>The grace period of a deletion in seconds; null when the kind knows none.</summary>
    public virtual long? GracePeriod(JsonObject obj, long? requested) => null;

    /// <summary>How writes to the kind divide into owned fields.</summary>
    public virtual MergeSchema MergeSchema(ResourceType type) => ManagedFields.MergeSchema.Deduced;

    /// <summary>The fields an endpoint resets, which its writers therefore never own.</summary>
    public virtual FieldSet? ResetFields(string subresource) => !HasStatus ? null
        : subresource == "status" ? ManagedFields.ResetFields.ForBuiltinStatus : ManagedFields.ResetFields.ForMainResource;

    /// <summary>Other versions of the kind, for owners whose entries stand in those; null when all have one shape.</summary>
    public virtual IVersionConverter? Versions(ResourceType type) => null;

    /// <summary>The columns of the table representation.</summary>
    public virtual IReadOnlyList<TableColumn> Columns(ResourceType type) => TableBuilder.Default;

    /// <summary>Where replicas stand, for kinds that can be scaled.</summary>
    public virtual ScalePaths? Scale => null;

    /// <summary>Reviews are answered and forgotten.</summary>
    public virtual bool IsReview => false;

    /// <summary>Whether a deleted object without finalizers may go; namespaces also wait for their own finalizers.</summary>
    public virtual bool CanVanish(JsonObject obj) => true;

    /// <summary>Whether objects marked for deletion carry deletionGracePeriodSeconds; namespaces do not.</summary>
    public virtual bool ShowsGracePeriod => true;

    /// <summary>A last change before an object is marked or removed.</summary>
    public virtual void PrepareForDelete(ResourceType type, JsonObject obj)
    {
    }

    /// <summary>The value of a selectable field.</summary>
    public virtual string FieldValue(JsonObject obj, string field) => obj.At(field.Split('.')).ScalarText();

    /// <summary>The members that are neither metadata nor status differ.</summary>
    protected bool DesiredStateDiffers(JsonObject obj, JsonObject old)
    {
        foreach (var (name, value) in obj)
            if (IsDesired(name) && !JsonNode.DeepEquals(value, old[name])) return true;
        foreach (var (name, _) in old)
            if (IsDesired(name) && !obj.ContainsKey(name)) return true;
        return false;
    }

    private bool IsDesired(string name) => name is not ("metadata" or "apiVersion" or "kind") && !(HasStatus && name == "status");
}

/// <summary>What strategies may use while they prepare an object.</summary>
/// <param name="Time">The server's clock.</param>
/// <param name="Names">Names and uids.</param>
/// <param name="Options">The parameters of the write.</param>
internal sealed record WriteContext(TimeProvider Time, RandomNames Names, WriteParameters Options);
