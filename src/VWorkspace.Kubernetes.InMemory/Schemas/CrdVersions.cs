using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Schemas;

/// <summary>
/// The rules of <c>spec.versions</c>. What all versions have in common (schema, subresources, columns) is reported at the place the server's
/// internal form hoists it to: <c>spec.validation</c>, <c>spec.subresources</c>, <c>spec.additionalPrinterColumns</c>.
/// </summary>
internal static class CrdVersions
{
    private static readonly string[] s_columnTypes = ["boolean", "date", "integer", "number", "string"];
    private static readonly string[] s_columnFormats = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];

    /// <summary>The <c>openAPIV3Schema</c> of a version, or null.</summary>
    public static JsonObject? Schema(JsonNode? version) => ((version as JsonObject)?["schema"] as JsonObject)?["openAPIV3Schema"] as JsonObject;

    public static bool Flag(JsonObject json, string name) => JsonKinds.Of(json[name]) == JsonKind.Boolean && json[name]!.GetValue<bool>();

    public static void Check(JsonObject spec, JsonArray versions, FieldPath path, List<FieldError> errors)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var unique = true;
        var stored = 0;
        for (var i = 0; i < versions.Count; i++)
        {
            if (versions[i] is not JsonObject version) continue;
            var at = path.Child("versions").Index(i);
            if (Flag(version, "storage")) stored++;
            var name = CrdValidation.Text(version, "name");
            unique &= seen.Add(name);
            if (DnsNames.IsDns1035Label(name) is { Count: > 0 } problems) errors.Add(FieldError.Invalid(at.Child("name"), name, string.Join(",", problems)));
            if (!IsShared(versions, "schema") && Schema(version) is { } schema)
            {
                CrdSchemaValidation.Check(schema, at.Child("schema"), HasStatus(version), errors);
            }

            if (!IsShared(versions, "subresources")) CheckSubresources(version, at.Child("subresources"), errors);
            if (!IsShared(versions, "additionalPrinterColumns")) CheckColumns(version, at.Child("additionalPrinterColumns"), errors);
        }

        if (!unique) errors.Add(FieldError.InvalidPrinted(path.Child("versions"), Printed(versions), "must contain unique version names"));
        if (stored != 1) errors.Add(FieldError.InvalidPrinted(path.Child("versions"), Printed(versions), "must have exactly one version marked as storage version"));
        if (versions.Count == 0) return;
        var first = CrdValidation.Text(versions[0] as JsonObject, "name");
        if (DnsNames.IsDns1035Label(first) is { Count: > 0 } wrong && first.Length > 0) errors.Add(FieldError.Invalid(path.Child("version"), first, string.Join(",", wrong)));
    }

    /// <summary>The parts that every version has alike, which follow the names in the server's order.</summary>
    public static void CheckShared(JsonArray versions, FieldPath path, List<FieldError> errors)
    {
        if (versions.Count == 0 || versions[0] is not JsonObject first) return;
        if (IsShared(versions, "schema") && Schema(first) is { } schema)
        {
            CrdSchemaValidation.Check(schema, path.Child("validation"), versions.Any(v => HasStatus(v as JsonObject)), errors);
        }

        if (IsShared(versions, "subresources")) CheckSubresources(first, path.Child("subresources"), errors);
        if (IsShared(versions, "additionalPrinterColumns")) CheckColumns(first, path.Child("additionalPrinterColumns"), errors);
    }

    private static bool IsShared(JsonArray versions, string part) =>
        versions.All(v => JsonNode.DeepEquals((v as JsonObject)?[part], (versions[0] as JsonObject)?[part]));

    private static bool HasStatus(JsonObject? version) => (version?["subresources"] as JsonObject)?["status"] is not null;

    private static void CheckSubresources(JsonObject version, FieldPath path, List<FieldError> errors)
    {
        if ((version["subresources"] as JsonObject)?["scale"] is not JsonObject scale) return;
        CheckScalePath(scale, "specReplicasPath", ".spec", required: true, path, errors);
        CheckScalePath(scale, "statusReplicasPath", ".status", required: true, path, errors);
        CheckScalePath(scale, "labelSelectorPath", null, required: false, path, errors);
    }

    private static void CheckScalePath(JsonObject scale, string name, string? under, bool required, FieldPath path, List<FieldError> errors)
    {
        var value = CrdValidation.Text(scale, name);
        var at = path.Child("scale", name);
        var rule = under is null ? "should be a json path under either .spec or .status" : $"should be a json path under {under}";
        if (value.Length == 0)
        {
            if (required) errors.Add(FieldError.Required(at));
            return;
        }

        var good = under is null
            ? value.StartsWith(".spec.", StringComparison.Ordinal) || value.StartsWith(".status.", StringComparison.Ordinal)
            : value.StartsWith($"{under}.", StringComparison.Ordinal);
        if (!good) errors.Add(FieldError.Invalid(at, value, rule));
    }

    private static void CheckColumns(JsonObject version, FieldPath path, List<FieldError> errors)
    {
        if (version["additionalPrinterColumns"] is not JsonArray columns) return;
        for (var i = 0; i < columns.Count; i++)
        {
            var column = columns[i] as JsonObject;
            var at = path.Index(i);
            var type = CrdValidation.Text(column, "type");
            var format = CrdValidation.Text(column, "format");
            if (CrdValidation.Text(column, "name").Length == 0) errors.Add(FieldError.Required(at.Child("name")));
            if (type.Length == 0) errors.Add(FieldError.Required(at.Child("type"), $"must be one of {string.Join(",", s_columnTypes)}"));
            else if (!s_columnTypes.Contains(type, StringComparer.Ordinal)) errors.Add(FieldError.Invalid(at.Child("type"), type, $"must be one of {string.Join(",", s_columnTypes)}"));
            if (format.Length > 0 && !s_columnFormats.Contains(format, StringComparer.Ordinal)) errors.Add(FieldError.Invalid(at.Child("format"), format, $"must be one of {string.Join(",", s_columnFormats)}"));
            if (CrdValidation.Text(column, "jsonPath").Length == 0) errors.Add(FieldError.Required(at.Child("JSONPath")));
        }
    }

    /// <summary>The versions as the server prints them: its internal type, in which shared parts are hoisted away and so are null.</summary>
    private static string Printed(JsonArray versions)
    {
        var printed = new JsonArray();
        foreach (var version in versions.OfType<JsonObject>())
        {
            printed.Add(new JsonObject
            {
                ["Name"] = CrdValidation.Text(version, "name"),
                ["Served"] = Flag(version, "served"),
                ["Storage"] = Flag(version, "storage"),
                ["Deprecated"] = Flag(version, "deprecated"),
                ["DeprecationWarning"] = version["deprecationWarning"]?.DeepClone(),
                ["Schema"] = IsShared(versions, "schema") ? null : version["schema"]?.DeepClone(),
                ["Subresources"] = IsShared(versions, "subresources") ? null : version["subresources"]?.DeepClone(),
                ["AdditionalPrinterColumns"] = IsShared(versions, "additionalPrinterColumns") ? null : version["additionalPrinterColumns"]?.DeepClone(),
                ["SelectableFields"] = version["selectableFields"]?.DeepClone(),
            });
        }

        return printed.ToJsonString();
    }
}
