using System.Collections.Frozen;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Schemas;

/// <summary>
/// One node of a CRD's <c>openAPIV3Schema</c>, immutable and shared between requests. The same type models the schemas under
/// <c>allOf</c>, <c>anyOf</c>, <c>oneOf</c> and <c>not</c>, which hold value validations only.
/// </summary>
internal sealed class StructuralSchema
{
    /// <summary>The type: <c>object</c>, <c>array</c>, <c>string</c>, <c>integer</c>, <c>number</c>, <c>boolean</c>, or empty.</summary>
    public string Type { get; init; } = "";

    public string Title { get; init; } = "";

    public string Description { get; init; } = "";

    public bool Nullable { get; init; }

    /// <summary>The default, or null for none (a default of null counts as none).</summary>
    public JsonNode? Default { get; init; }

    /// <summary>Properties, in ordinal order so that errors come in a stable order.</summary>
    public IReadOnlyList<KeyValuePair<string, StructuralSchema>> Properties { get; init; } = [];

    /// <summary>The schema of the members that are not named; null when none is given.</summary>
    public StructuralSchema? AdditionalProperties { get; init; }

    /// <summary>The boolean form of <c>additionalProperties</c>; null when it is not given or is a schema.</summary>
    public bool? AdditionalPropertiesAllowed { get; init; }

    public StructuralSchema? Items { get; init; }

    public string Format { get; init; } = "";

    public double? Maximum { get; init; }

    public bool ExclusiveMaximum { get; init; }

    public double? Minimum { get; init; }

    public bool ExclusiveMinimum { get; init; }

    public double? MultipleOf { get; init; }

    /// <summary>Length limits count characters (code points).</summary>
    public long? MaxLength { get; init; }

    public long? MinLength { get; init; }

    public string Pattern { get; init; } = "";

    public long? MaxItems { get; init; }

    public long? MinItems { get; init; }

    public bool UniqueItems { get; init; }

    public long? MaxProperties { get; init; }

    public long? MinProperties { get; init; }

    public IReadOnlyList<string> Required { get; init; } = [];

    public IReadOnlyList<JsonNode?> Enum { get; init; } = [];

    public IReadOnlyList<StructuralSchema> AllOf { get; init; } = [];

    public IReadOnlyList<StructuralSchema> AnyOf { get; init; } = [];

    public IReadOnlyList<StructuralSchema> OneOf { get; init; } = [];

    public StructuralSchema? Not { get; init; }

    /// <summary><c>x-kubernetes-preserve-unknown-fields</c></summary>
    public bool PreserveUnknownFields { get; init; }

    /// <summary><c>x-kubernetes-embedded-resource</c></summary>
    public bool EmbeddedResource { get; init; }

    /// <summary><c>x-kubernetes-int-or-string</c></summary>
    public bool IntOrString { get; init; }

    /// <summary><c>x-kubernetes-list-type</c>: <c>atomic</c>, <c>set</c>, <c>map</c>, or null.</summary>
    public string? ListType { get; init; }

    /// <summary><c>x-kubernetes-list-map-keys</c></summary>
    public IReadOnlyList<string> ListMapKeys { get; init; } = [];

    /// <summary><c>x-kubernetes-map-type</c>: <c>granular</c>, <c>atomic</c>, or null.</summary>
    public string? MapType { get; init; }

    /// <summary><c>x-kubernetes-validations</c></summary>
    public IReadOnlyList<ValidationRule> Validations { get; init; } = [];

    /// <summary>Whether additional properties are named at all, by a schema or by a boolean.</summary>
    public bool HasAdditionalProperties => AdditionalProperties is not null || AdditionalPropertiesAllowed is not null;

    /// <summary>The pattern compiled on first use; invalid patterns never match.</summary>
    internal Lazy<Re2Regex> CompiledPattern { get; }

    private readonly Lazy<FrozenDictionary<string, StructuralSchema>> _byName;

    public StructuralSchema()
    {
        CompiledPattern = new(() => new Re2Regex(Pattern));
        _byName = new(() => Properties.ToFrozenDictionary(StringComparer.Ordinal));
    }

    /// <summary>Reads an <c>openAPIV3Schema</c>. Members of a wrong type count as absent: <see cref="CrdValidation"/> is the place that refuses schemas.</summary>
    /// <param name="openApiV3Schema">The schema; it is copied, not kept.</param>
    public static StructuralSchema Parse(JsonObject openApiV3Schema) => StructuralSchemaReader.Read(openApiV3Schema);

    /// <summary>The named property, or null.</summary>
    public StructuralSchema? Property(string name) => _byName.Value.GetValueOrDefault(name);

    /// <summary>The schema of a member: its property, else what <c>additionalProperties</c> says, else null.</summary>
    public StructuralSchema? Member(string name) => Property(name) ?? AdditionalProperties;
}
