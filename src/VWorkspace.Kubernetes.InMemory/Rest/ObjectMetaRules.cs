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

        ValidateCollections(metadata, causes);
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

    public static IEnumerable<string> Warnings(JsonObject obj)
    {
        foreach (var finalizer in obj.Finalizers())
            if (!StandardFinalizers.Contains(finalizer) && !finalizer.Contains('/', StringComparison.Ordinal))
                yield return $"metadata.finalizers: {FieldCause.Quote(finalizer)}: prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers";
        if (obj["metadata"].Items("ownerReferences") is not { } owners) yield break;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < owners.Count; i++)
            if (owners[i].Text("uid") is { Length: > 0 } uid && !seen.Add(uid))
                yield return $".metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: {uid}";
    }

    private static JsonNode? Member(JsonNode? node, string name) => (node as JsonObject)?[name];

    private static void ValidateCollections(JsonNode? metadata, List<FieldCause> causes)
    {
        if (metadata.Child("labels") is { } labels)
        {
            foreach (var (key, value) in labels)
            {
                causes.AddRange(LabelSyntax.QualifiedNameErrors(key).Select(e => FieldCause.Invalid("metadata.labels", key, e)));
                if (value.AsText() is { } text) causes.AddRange(LabelSyntax.ValueErrors(text).Select(e => FieldCause.Invalid("metadata.labels", text, e)));
            }
        }

        if (metadata.Child("annotations") is { } annotations)
        {
            var size = 0L;
            foreach (var (key, value) in annotations)
            {
                causes.AddRange(LabelSyntax.QualifiedNameErrors(key.ToLowerInvariant()).Select(e => FieldCause.Invalid("metadata.annotations", key, e)));
                size += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value.AsText() ?? "");
            }

            if (size > AnnotationsLimit) causes.Add(FieldCause.TooLong("metadata.annotations", AnnotationsLimit));
        }

        ValidateOwners(metadata.Items("ownerReferences"), causes);
        foreach (var finalizer in metadata.Items("finalizers").Texts())
            causes.AddRange(LabelSyntax.QualifiedNameErrors(finalizer).Select(e => FieldCause.Invalid("metadata.finalizers", finalizer, e)));
    }

    private static void ValidateOwners(JsonArray? owners, List<FieldCause> causes)
    {
        if (owners is null) return;
        string? controller = null;
        for (var i = 0; i < owners.Count; i++)
        {
            var owner = owners[i];
            var path = string.Create(CultureInfo.InvariantCulture, $"metadata.ownerReferences[{i}]");
            if (owner.Text("apiVersion") is not { Length: > 0 }) causes.Add(FieldCause.Invalid(path + ".apiVersion", "", "version must not be empty"));
            foreach (var field in (ReadOnlySpan<string>)["kind", "name", "uid"])
                if (owner.Text(field) is not { Length: > 0 }) causes.Add(FieldCause.Invalid($"{path}.{field}", "", "must not be empty"));
            if (owner.Flag("controller") != true) continue;
            if (controller is not null)
                causes.Add(FieldCause.InvalidRaw("metadata.ownerReferences", owners.ToJsonString(), $"Only one reference can have Controller set to true. Found \"true\" in references for {controller} and {owner.Text("name")}"));
            controller = owner.Text("name");
        }
    }
}
