using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace VWorkspace.Kubernetes.Compact;

/// <summary>
/// The contract through which objects of a type are decoded: what its author declared, and beyond that names and closed vocabularies shared, and maps and lists of well-known
/// types in their small form, so that projections need no attributes for what all of them have.
/// </summary>
internal static class CompactContract
{
    private static readonly ConditionalWeakTable<JsonTypeInfo, JsonTypeInfo> Contracts = [];
    private static readonly ConditionalWeakTable<IJsonTypeInfoResolver, JsonSerializerOptions> Options = [];

    private static readonly SharedStringConverter Text = new();
    private static readonly LabelsConverter Labels = new();
    private static readonly AnnotationsConverter Annotations = new();
    private static readonly NameListConverter Names = new();
    private static readonly TextListConverter Texts = new();
    private static readonly CompactListConverter<OwnerReference> Owners = new();
    private static readonly ConditionListConverter Conditions = new();

    public static JsonTypeInfo<T> Of<T>(JsonTypeInfo<T> json) => (JsonTypeInfo<T>)Contracts.GetValue(json, Make);

    private static JsonTypeInfo Make(JsonTypeInfo json)
    {
        // Only what a generated context gives as it stands can be made again from the context; a contract that somebody changed by hand is left alone.
        if (json.Options.TypeInfoResolver is not JsonSerializerContext context || !ReferenceEquals(context.Options, json.Options) || !ReferenceEquals(context.GetTypeInfo(json.Type), json)) return json;
        JsonSerializerOptions options = Options.GetValue(context, static context =>
        {
            var compact = new JsonSerializerOptions(((JsonSerializerContext)context).Options) { TypeInfoResolver = context.WithAddedModifier(Change) };
            compact.MakeReadOnly();
            return compact;
        });
        return options.GetTypeInfo(json.Type);
    }

    private static void Change(JsonTypeInfo json)
    {
        if (json.Kind != JsonTypeInfoKind.Object) return;
        foreach (JsonPropertyInfo property in json.Properties) property.CustomConverter ??= ConverterFor(json.Type, property);
    }

    private static JsonConverter? ConverterFor(Type type, JsonPropertyInfo property)
    {
        if (type == typeof(ObjectMeta))
        {
            return property.Name switch
            {
                "name" or "namespace" => Text,
                "labels" => Labels,
                "annotations" => Annotations,
                "finalizers" => Names,
                "ownerReferences" => Owners,
                _ => null,
            };
        }

        if (type == typeof(Condition)) return property.Name is "type" or "status" or "reason" ? Text : null;
        if (property.PropertyType == typeof(string))
            return type == typeof(OwnerReference) || (property.Name is "apiVersion" or "kind" && typeof(IKubernetesObject).IsAssignableFrom(type)) ? Text : null;
        if (property.PropertyType == typeof(IReadOnlyList<Condition>)) return Conditions;
        if (property.PropertyType == typeof(IReadOnlyList<OwnerReference>)) return Owners;
        return property.PropertyType == typeof(IReadOnlyList<string>) ? Texts : null;
    }
}
