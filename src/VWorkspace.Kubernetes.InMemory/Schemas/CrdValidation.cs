using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Schemas;

/// <summary>Validates CustomResourceDefinitions of <c>apiextensions.k8s.io/v1</c> with the server's texts and order.</summary>
internal static class CrdValidation
{
    private const string ApprovalAnnotation = "api-approved.kubernetes.io";

    /// <summary>Validates a CRD on creation or update.</summary>
    /// <param name="crd">The new object, with <see cref="CrdDefaults"/> applied.</param>
    /// <param name="old">The stored object on an update, null on creation.</param>
    /// <returns>The faults in the server's order; empty when the CRD is valid.</returns>
    public static IReadOnlyList<FieldError> Validate(JsonObject crd, JsonObject? old)
    {
        var errors = new List<FieldError>();
        var spec = crd["spec"] as JsonObject ?? [];
        if (old is null) CheckName(crd, spec, errors);
        CheckSpec(spec, errors);
        if (old is null || Approval(crd) != Approval(old)) CheckApproval(crd, spec, errors);
        if (old is not null)
        {
            CheckImmutable(spec, old["spec"] as JsonObject ?? [], IsEstablished(old), errors);
            CheckStoredVersions(crd, spec, errors);
        }

        return errors;
    }

    private static void CheckName(JsonObject crd, JsonObject spec, List<FieldError> errors)
    {
        var path = FieldPath.Root.Child("metadata", "name");
        var name = Text(crd["metadata"] as JsonObject, "name");
        if (name.Length == 0)
        {
            errors.Add(FieldError.Required(path, "name or generateName is required"));
            return;
        }

        foreach (var problem in DnsNames.IsSubdomain(name)) errors.Add(FieldError.Invalid(path, name, problem));
        if (name != $"{Text(spec["names"] as JsonObject, "plural")}.{Text(spec, "group")}") errors.Add(FieldError.Invalid(path, name, "must be spec.names.plural+\".\"+spec.group"));
    }

    /// <summary>Groups of the Kubernetes community need the word of its reviewers.</summary>
    private static void CheckApproval(JsonObject crd, JsonObject spec, List<FieldError> errors)
    {
        var group = Text(spec, "group");
        if (!group.EndsWith(".k8s.io", StringComparison.Ordinal) && !group.EndsWith(".kubernetes.io", StringComparison.Ordinal) && group is not ("k8s.io" or "kubernetes.io")) return;
        var path = FieldPath.Root.Child("metadata", "annotations").Key(ApprovalAnnotation);
        var approval = Approval(crd);
        if (approval.Length == 0)
            errors.Add(FieldError.Required(path, $"protected groups must have approval annotation \"{ApprovalAnnotation}\", see https://github.com/kubernetes/enhancements/pull/1111"));
        else if (!approval.StartsWith("unapproved", StringComparison.Ordinal) && !(Uri.TryCreate(approval, UriKind.Absolute, out var url) && url.Host.Length > 0))
            errors.Add(FieldError.Invalid(path, approval, $"protected groups must have approval annotation \"{ApprovalAnnotation}\" with either a URL or a reason starting with \"unapproved\", see https://github.com/kubernetes/enhancements/pull/1111"));
    }

    private static string Approval(JsonObject crd) => Text((crd["metadata"] as JsonObject)?["annotations"] as JsonObject, ApprovalAnnotation);

    private static void CheckSpec(JsonObject spec, List<FieldError> errors)
    {
        var path = FieldPath.Root.Child("spec");
        CheckGroupAndScope(spec, path, errors);
        var versions = spec["versions"] as JsonArray ?? [];
        for (var i = 0; i < versions.Count; i++)
        {
            if (CrdVersions.Schema(versions[i]) is null) errors.Add(FieldError.Required(path.Child("versions").Index(i).Child("schema", "openAPIV3Schema")));
        }

        if (spec["preserveUnknownFields"] is JsonValue preserve && JsonKinds.Of(preserve) == JsonKind.Boolean && preserve.GetValue<bool>())
        {
            errors.Add(FieldError.InvalidPrinted(path.Child("preserveUnknownFields"), "true", "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead"));
        }

        CrdVersions.Check(spec, versions, path, errors);
        var names = spec["names"] as JsonObject;
        foreach (var name in (string[])["plural", "singular", "kind", "listKind"])
        {
            if (Text(names, name).Length == 0) errors.Add(FieldError.Required(path.Child("names", name)));
        }

        CrdNames.Check(names, path.Child("names"), errors);
        CrdVersions.CheckShared(versions, path, errors);
        CheckConversion(spec, versions, path.Child("conversion"), errors);
    }

    private static void CheckGroupAndScope(JsonObject spec, FieldPath path, List<FieldError> errors)
    {
        var group = Text(spec, "group");
        if (group.Length == 0) errors.Add(FieldError.Required(path.Child("group")));
        else if (DnsNames.IsSubdomain(group) is { Count: > 0 } problems) errors.Add(FieldError.Invalid(path.Child("group"), group, string.Join(",", problems)));
        else if (!group.Contains('.')) errors.Add(FieldError.Invalid(path.Child("group"), group, "should be a domain with at least one dot"));

        var scope = Text(spec, "scope");
        if (scope.Length == 0) errors.Add(FieldError.Required(path.Child("scope")));
        else if (scope is not ("Cluster" or "Namespaced")) errors.Add(FieldError.NotSupported(path.Child("scope"), scope, ["Cluster", "Namespaced"]));
    }

    private static void CheckConversion(JsonObject spec, JsonArray versions, FieldPath path, List<FieldError> errors)
    {
        if (spec["conversion"] is not JsonObject conversion) return;
        var strategy = Text(conversion, "strategy");
        if (strategy.Length == 0) errors.Add(FieldError.Required(path.Child("strategy")));
        else if (strategy is not ("None" or "Webhook")) errors.Add(FieldError.NotSupported(path.Child("strategy"), strategy, ["None", "Webhook"]));
        var webhook = conversion["webhook"] as JsonObject;
        if (strategy == "Webhook")
        {
            if (webhook?["clientConfig"] is not JsonObject) errors.Add(FieldError.Required(path.Child("webhookClientConfig"), "required when strategy is set to Webhook"));
            if (webhook?["conversionReviewVersions"] is not JsonArray { Count: > 0 }) errors.Add(FieldError.Required(path.Child("conversionReviewVersions")));
        }
        else if (webhook is not null)
        {
            if (webhook["clientConfig"] is JsonObject) errors.Add(FieldError.Forbidden(path.Child("webhookClientConfig"), "should not be set when strategy is not set to Webhook"));
            if (webhook["conversionReviewVersions"] is JsonArray { Count: > 0 }) errors.Add(FieldError.Forbidden(path.Child("conversionReviewVersions"), "should not be set when strategy is not set to Webhook"));
        }
    }

    private static void CheckImmutable(JsonObject spec, JsonObject old, bool established, List<FieldError> errors)
    {
        var path = FieldPath.Root.Child("spec");
        var names = spec["names"] as JsonObject;
        var oldNames = old["names"] as JsonObject;
        if (established)
        {
            Same(Text(spec, "scope"), Text(old, "scope"), path.Child("scope"));
            Same(Text(names, "kind"), Text(oldNames, "kind"), path.Child("names", "kind"));
        }

        Same(Text(spec, "group"), Text(old, "group"), path.Child("group"));
        Same(Text(names, "plural"), Text(oldNames, "plural"), path.Child("names", "plural"));

        void Same(string value, string before, FieldPath at)
        {
            if (value != before) errors.Add(FieldError.Invalid(at, value, "field is immutable"));
        }
    }

    private static void CheckStoredVersions(JsonObject crd, JsonObject spec, List<FieldError> errors)
    {
        if ((crd["status"] as JsonObject)?["storedVersions"] is not JsonArray stored) return;
        var path = FieldPath.Root.Child("status", "storedVersions");
        if (stored.Count == 0)
        {
            errors.Add(FieldError.Invalid(path, stored, "must have at least one stored version"));
            return;
        }

        var storedNames = stored.Select(v => JsonKinds.AsString(v) ?? "").ToList();
        var versions = (spec["versions"] as JsonArray ?? []).OfType<JsonObject>().ToList();
        foreach (var version in versions)
        {
            var name = Text(version, "name");
            if (CrdVersions.Flag(version, "storage") && !storedNames.Contains(name, StringComparer.Ordinal)) errors.Add(FieldError.Invalid(path, stored, $"must have the storage version {name}"));
        }

        for (var i = 0; i < storedNames.Count; i++)
        {
            var name = storedNames[i];
            if (versions.Exists(v => Text(v, "name") == name)) continue;
            errors.Add(FieldError.Invalid(path.Index(i), name, $"missing from spec.versions; {name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in {name} and removes {name} from status.storedVersions"));
        }
    }

    private static bool IsEstablished(JsonObject crd) => (crd["status"] as JsonObject)?["conditions"] is JsonArray conditions
        && conditions.OfType<JsonObject>().Any(c => Text(c, "type") == "Established" && Text(c, "status") == "True");

    internal static string Text(JsonObject? json, string name) => JsonKinds.AsString(json?[name]) ?? "";
}
