namespace VWorkspace.Kubernetes.InMemory.Schemas;

/// <summary>Checks that a schema is structural: every field has its type outside the value validations, which in turn only constrain. Errors come sorted.</summary>
internal static class StructuralRules
{
    private enum Level
    {
        Root,
        Item,
        Field,
    }

    public static IReadOnlyList<FieldError> Check(StructuralSchema schema, FieldPath path)
    {
        var errors = new List<FieldError>();
        CheckNode(schema, Level.Root, path, errors);
        CheckCompleteness(schema, schema, path, path, errors);
        errors.Sort((a, b) => string.CompareOrdinal(a.Message, b.Message));
        return errors;
    }

    private static void CheckNode(StructuralSchema s, Level level, FieldPath path, List<FieldError> errors)
    {
        if (s.Type == "array" && s.Items is null) errors.Add(FieldError.Required(path.Child("items"), "must be specified"));
        if (s.Items is not null) CheckNode(s.Items, Level.Item, path.Child("items"), errors);
        foreach (var (name, property) in s.Properties) CheckNode(property, Level.Field, path.Child("properties").Key(name), errors);
        if (s.HasAdditionalProperties)
        {
            if (level == Level.Root) errors.Add(FieldError.Forbidden(path.Child("additionalProperties"), "must not be used at the root"));
            if (s.AdditionalProperties is not null) CheckNode(s.AdditionalProperties, Level.Field, path.Child("additionalProperties"), errors);
        }

        if (s.IntOrString && s.PreserveUnknownFields) errors.Add(FieldError.InvalidPrinted(path.Child("x-kubernetes-preserve-unknown-fields"), "true", "must be false if x-kubernetes-int-or-string is true"));
        if (s.IntOrString && s.EmbeddedResource) errors.Add(FieldError.InvalidPrinted(path.Child("x-kubernetes-embedded-resource"), "true", "must be false if x-kubernetes-int-or-string is true"));
        CheckValueValidation(s, IsIntOrStringAnyOf(s.AnyOf), s.AllOf.Count >= 1 && IsIntOrStringAnyOf(s.AllOf[0].AnyOf), path, errors);
        CheckTypes(s, level, path, errors);
        CheckResource(s, level, path, errors);
    }

    private static void CheckTypes(StructuralSchema s, Level level, FieldPath path, List<FieldError> errors)
    {
        var type = path.Child("type");
        if (s.EmbeddedResource && s.Type != "object")
        {
            const string rule = "must be object if x-kubernetes-embedded-resource is true";
            errors.Add(s.Type.Length == 0 ? FieldError.Required(type, rule) : FieldError.Invalid(type, s.Type, rule));
        }
        else if (s.Type.Length == 0 && !s.IntOrString && !s.PreserveUnknownFields)
        {
            errors.Add(FieldError.Required(type, level switch
            {
                Level.Root => "must not be empty at the root",
                Level.Item => "must not be empty for specified array items",
                _ => "must not be empty for specified object fields",
            }));
        }

        if (s.EmbeddedResource && s.HasAdditionalProperties) errors.Add(FieldError.Forbidden(path.Child("additionalProperties"), "must not be used if x-kubernetes-embedded-resource is set"));
        if (level == Level.Root && s.Type.Length > 0 && s.Type != "object") errors.Add(FieldError.Invalid(type, s.Type, "must be object at the root"));
    }

    private static void CheckResource(StructuralSchema s, Level level, FieldPath path, List<FieldError> errors)
    {
        if (level == Level.Root || s.EmbeddedResource)
        {
            foreach (var name in (string[])["kind", "apiVersion"])
            {
                if (s.Property(name) is { } property && property.Type != "string") errors.Add(FieldError.Invalid(path.Child("properties").Key(name).Child("type"), property.Type, "must be string"));
            }

            if (s.Property("metadata") is { } metadata && metadata.Type != "object") errors.Add(FieldError.Invalid(path.Child("properties").Key("metadata").Child("type"), metadata.Type, "must be object"));
        }

        if (level == Level.Root && s.Property("metadata") is { } own && !IsPlainMetadata(own))
        {
            errors.Add(FieldError.Forbidden(path.Child("properties").Key("metadata"), "must not specify anything other than name and generateName, but metadata is implicitly specified"));
        }

        if (s.EmbeddedResource && !s.PreserveUnknownFields && s.Properties.Count == 0)
        {
            errors.Add(FieldError.Required(path.Child("properties"), "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields"));
        }
    }

    private static bool IsPlainMetadata(StructuralSchema s) => s.Properties.All(p => p.Key is "name" or "generateName") && !HasExtensions(s) && !HasValueValidation(s)
        && !s.HasAdditionalProperties && s.Items is null && !s.Nullable && s.Title.Length == 0 && s.Description.Length == 0 && s.Validations.Count == 0;

    private static bool HasExtensions(StructuralSchema s) => s.PreserveUnknownFields || s.EmbeddedResource || s.IntOrString || s.ListType is not null || s.ListMapKeys.Count > 0 || s.MapType is not null;

    private static bool HasValueValidation(StructuralSchema s) => s.Format.Length > 0 || s.Maximum is not null || s.Minimum is not null || s.ExclusiveMaximum || s.ExclusiveMinimum
        || s.MultipleOf is not null || s.MaxLength is not null || s.MinLength is not null || s.Pattern.Length > 0 || s.MaxItems is not null || s.MinItems is not null || s.UniqueItems
        || s.MaxProperties is not null || s.MinProperties is not null || s.Required.Count > 0 || s.Enum.Count > 0 || s.AllOf.Count > 0 || s.AnyOf.Count > 0 || s.OneOf.Count > 0 || s.Not is not null;

    /// <summary>The one alternative of types that a structural schema may have: integer or string, in this order and with nothing else.</summary>
    private static bool IsIntOrStringAnyOf(IReadOnlyList<StructuralSchema> anyOf) => anyOf.Count == 2 && IsBareType(anyOf[0], "integer") && IsBareType(anyOf[1], "string");

    private static bool IsBareType(StructuralSchema s, string type) => s.Type == type && !HasExtensions(s) && !HasValueValidation(s) && s.Properties.Count == 0 && s.Items is null
        && !s.HasAdditionalProperties && s.Default is null && !s.Nullable && s.Title.Length == 0 && s.Description.Length == 0;

    private static void CheckValueValidation(StructuralSchema s, bool skipAnyOf, bool skipFirstAllOfAnyOf, FieldPath path, List<FieldError> errors)
    {
        if (!skipAnyOf)
        {
            for (var i = 0; i < s.AnyOf.Count; i++) CheckNested(s.AnyOf[i], false, path.Child("anyOf").Index(i), errors);
        }

        for (var i = 0; i < s.AllOf.Count; i++) CheckNested(s.AllOf[i], skipFirstAllOfAnyOf && i == 0, path.Child("allOf").Index(i), errors);
        for (var i = 0; i < s.OneOf.Count; i++) CheckNested(s.OneOf[i], false, path.Child("oneOf").Index(i), errors);
        if (s.Not is not null) CheckNested(s.Not, false, path.Child("not"), errors);
        if (s.Pattern.Length > 0 && s.CompiledPattern.Value.Error is { } problem)
        {
            errors.Add(FieldError.Invalid(path.Child("pattern"), s.Pattern, $"must be a valid regular expression, but isn't: {problem}"));
        }
    }

    private static void CheckNested(StructuralSchema s, bool skipAnyOf, FieldPath path, List<FieldError> errors)
    {
        CheckValueValidation(s, skipAnyOf, skipFirstAllOfAnyOf: false, path, errors);
        if (s.Items is not null) CheckNested(s.Items, false, path.Child("items"), errors);
        foreach (var (name, property) in s.Properties) CheckNested(property, false, path.Child("properties").Key(name), errors);
        Forbid(s.Type.Length > 0, "type", "must be empty to be structural");
        Forbid(s.HasAdditionalProperties, "additionalProperties", "must be undefined to be structural");
        Forbid(s.Default is not null, "default", "must be undefined to be structural");
        Forbid(s.Title.Length > 0, "title", "must be empty to be structural");
        Forbid(s.Description.Length > 0, "description", "must be empty to be structural");
        Forbid(s.Nullable, "nullable", "must be false to be structural");
        Forbid(s.PreserveUnknownFields, "x-kubernetes-preserve-unknown-fields", "must be false to be structural");
        Forbid(s.EmbeddedResource, "x-kubernetes-embedded-resource", "must be false to be structural");
        Forbid(s.IntOrString, "x-kubernetes-int-or-string", "must be false to be structural");
        Forbid(s.ListMapKeys.Count > 0, "x-kubernetes-list-map-keys", "must be empty to be structural");
        Forbid(s.ListType is not null, "x-kubernetes-list-type", "must be undefined to be structural");
        Forbid(s.MapType is not null, "x-kubernetes-map-type", "must be undefined to be structural");
        Forbid(s.Validations.Count > 0, "x-kubernetes-validations", "must be empty to be structural");
        if (s.Property("metadata") is not null) errors.Add(FieldError.Forbidden(path.Child("properties").Key("metadata"), "must not be specified in a nested context"));

        void Forbid(bool present, string name, string rule)
        {
            if (present) errors.Add(FieldError.Forbidden(path.Child(name), rule));
        }
    }

    /// <summary>What value validations talk about must exist in the schema itself.</summary>
    private static void CheckCompleteness(StructuralSchema validation, StructuralSchema? s, FieldPath at, FieldPath source, List<FieldError> errors)
    {
        foreach (var (name, parts) in (ReadOnlySpan<(string, IReadOnlyList<StructuralSchema>)>)[("anyOf", validation.AnyOf), ("allOf", validation.AllOf), ("oneOf", validation.OneOf)])
        {
            for (var i = 0; i < parts.Count; i++) CheckNestedCompleteness(parts[i], s, at, source.Child(name).Index(i), errors);
        }

        if (validation.Not is not null) CheckNestedCompleteness(validation.Not, s, at, source.Child("not"), errors);
    }

    private static void CheckNestedCompleteness(StructuralSchema validation, StructuralSchema? s, FieldPath at, FieldPath source, List<FieldError> errors)
    {
        if (s is null)
        {
            errors.Add(FieldError.Required(at, $"because it is defined in {source}"));
            return;
        }

        CheckCompleteness(validation, s, at, source, errors);
        if (validation.Items is not null) CheckNestedCompleteness(validation.Items, s.Items, at.Child("items"), source.Child("items"), errors);
        foreach (var (name, property) in validation.Properties)
        {
            CheckNestedCompleteness(property, s.Property(name), at.Child("properties").Key(name), source.Child("properties").Key(name), errors);
        }
    }
}
