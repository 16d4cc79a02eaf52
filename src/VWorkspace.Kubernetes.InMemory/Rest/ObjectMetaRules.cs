using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.Selectors;

namespace VWorkspace.Kubernetes.InMemory.Rest;

/// <summary>Validation of <c>metadata</c>, after <c>k8s.io/apimachinery/pkg/api/validation</c>.</summary>
internal static class ObjectMetaRules
{
    private const int AnnotationsLimit = 256 * 1024;
    private static readonly HashSet<string> StandardFinalizers = new(StringComparer.Ordinal) { "kubernetes", "orphan", "foregroundDeletion" };

    public static List<FieldCause> Validate(JsonObject obj, bool namespaced, Func<string, IReadOnlyList<string>> nameRule)
    {
        var causes = new List<FieldCause>();
        var metadata = obj["metadata"];
        if (metadata.Text("generateName") is { Length: > 0 } generateName)
            causes.AddRange(nameRule(NameRules.MaskTrailingDash(generateName)).Select(e => FieldCause.Invalid("metadata.generateName", generateName, e)));
        var name = obj.Name();
        if (name.Length == 0) causes.Add(FieldCause.Required("metadata.name", "name or generateName is required"));
        else causes.AddRange(nameRule(name).Select(e => FieldCause.Invalid("metadata.name", name, e)));
        var ns = obj.Namespace();
        if (namespaced)
        {
            if (ns.Length == 0) causes.Add(FieldCause.Required("metadata.namespace"));
            else causes.AddRange(NameRules.Label(ns).Select(e => FieldCause.Invalid("metadata.namespace", ns, e)));
        }
        else if (ns.Length > 0)
        {
            causes.Add(FieldCause.Forbidden("metadata.namespace", "not allowed on this type"));
        }

        causes.AddRange(ValidateCollections(obj));
        return causes;
    }

    public static List<FieldCause> ValidateUpdate(JsonObject obj, JsonObject old)
    {
        var causes = new List<FieldCause>();
        var (after, before) = (obj["metadata"], old["metadata"]);
        if (old.IsBeingDeleted())
        {
            var added = obj.Finalizers().Except(old.Finalizers(), StringComparer.Ordinal).ToList();
            if (added.Count > 0)
                causes.Add(FieldCause.Forbidden("metadata.finalizers", $"no new finalizers can be added if the object is being deleted, found new finalizers []string{{{string.Join(", ", added.Select(FieldCause.Quote))}}}"));
        }

        Immutable("name");
        Immutable("namespace");
        Immutable("uid");
        Immutable("creationTimestamp");
        Immutable("deletionTimestamp");
        if (!JsonNode.DeepEquals(Member(after, "deletionGracePeriodSeconds"), Member(before, "deletionGracePeriodSeconds")))
            causes.Add(FieldCause.InvalidRaw("metadata.deletionGracePeriodSeconds", Member(after, "deletionGracePeriodSeconds")?.ToJsonString() ?? "null", "field is immutable"));
        if (obj.Generation() < old.Generation())
            causes.Add(FieldCause.InvalidRaw("metadata.generation", obj.Generation().ToString(CultureInfo.InvariantCulture), "must not be decremented"));
        ValidateCollections(after, causes);
        return causes;

        void Immutable(string field)
        {
            var value = after.Text(field);
            if (value == before.Text(field)) return;
            causes.Add(value is null
                ? FieldCause.InvalidRaw("metadata." + field, field.EndsWith("Timestamp", StringComparison.Ordinal) ? "null" : "\"\"", "field is immutable")
                : FieldCause.Invalid("metadata." + field, value, "field is immutable"));
        }
    }

    /// <summary>The metadata of an object within another: the name is safe in a path, the collections follow the common rules.</summary>
    public static IEnumerable<FieldCause> ValidateEmbedded(JsonObject metadata, string path) => (metadata.Text("name") is { Length: > 0 } name ? NameRules.PathSegment(name) : []).Select(e => FieldCause.Invalid(path + ".name", metadata.Text("name")!, e))
        .Concat(LabelCauses(metadata.Child("labels"), path + ".labels"))
        .Concat(AnnotationCauses(metadata.Child("annotations"), path + ".annotations"))
        .Concat(OwnerReferences.Validate(metadata.Items("ownerReferences"), path))
        .Concat(metadata.Items("finalizers").Texts().SelectMany(f => LabelSyntax.QualifiedNameErrors(f).Select(e => FieldCause.Invalid(path + ".finalizers", f, e))));

    /// <summary>Labels, annotations, owners and finalizers: what is checked of a new object and of a changed one alike.</summary>
    public static List<FieldCause> ValidateCollections(JsonObject obj)
    {
        var causes = new List<FieldCause>();
        var metadata = obj["metadata"];
        ValidateCollections(metadata, causes);
        foreach (var finalizer in metadata.Items("finalizers").Texts())
            causes.AddRange(LabelSyntax.QualifiedNameErrors(finalizer).Select(e => FieldCause.Invalid("metadata.finalizers", finalizer, e)));
        return causes;
    }

    /// <summary>Core kinds take a bare name only if it is one of the standard finalizers.</summary>
    public static IEnumerable<FieldCause> UnqualifiedFinalizers(JsonObject obj) => obj.Finalizers()
        .Select((name, index) => (name, index)).Where(f => IsUnqualified(f.name))
        .Select(f => FieldCause.Invalid(string.Create(CultureInfo.InvariantCulture, $"metadata.finalizers[{f.index}]"), f.name, "name is neither a standard finalizer name nor is it fully qualified"));

    /// <summary>Custom resources take bare finalizers, with a warning when one is added.</summary>
    public static IEnumerable<string> FinalizerWarnings(JsonObject obj, JsonObject? old) => obj.Finalizers().Except(old?.Finalizers() ?? [], StringComparer.Ordinal)
        .Where(IsUnqualified).Order(StringComparer.Ordinal)
        .Select(f => $"metadata.finalizers: {FieldCause.Quote(f)}: prefer a domain-qualified finalizer name {(f.Contains('.', StringComparison.Ordinal) ? "including a path (/) " : "")}to avoid accidental conflicts with other finalizer writers");

    public static bool IsUnqualified(string finalizer) => !finalizer.Contains('/', StringComparison.Ordinal) && !StandardFinalizers.Contains(finalizer);

    private static JsonNode? Member(JsonNode? node, string name) => (node as JsonObject)?[name];

    private static void ValidateCollections(JsonNode? metadata, List<FieldCause> causes)
    {
        causes.AddRange(LabelCauses(metadata.Child("labels"), "metadata.labels"));
        causes.AddRange(AnnotationCauses(metadata.Child("annotations"), "metadata.annotations"));
        causes.AddRange(OwnerReferences.Validate(metadata.Items("ownerReferences")));
    }

    public static IEnumerable<FieldCause> LabelCauses(JsonObject? labels, string path)
    {
        foreach (var (key, value) in labels ?? [])
        {
            foreach (var error in LabelSyntax.QualifiedNameErrors(key)) yield return FieldCause.Invalid(path, key, error);
            if (value.AsText() is not { } text) continue;
            foreach (var error in LabelSyntax.ValueErrors(text)) yield return FieldCause.Invalid(path, text, error);
        }
    }

    public static IEnumerable<FieldCause> AnnotationCauses(JsonObject? annotations, string path)
    {
        var size = 0L;
        foreach (var (key, value) in annotations ?? [])
        {
            foreach (var error in LabelSyntax.QualifiedNameErrors(key.ToLowerInvariant())) yield return FieldCause.Invalid(path, key, error);
            size += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value.AsText() ?? "");
        }

        if (size > AnnotationsLimit) yield return FieldCause.TooLong(path, AnnotationsLimit);
    }
}
