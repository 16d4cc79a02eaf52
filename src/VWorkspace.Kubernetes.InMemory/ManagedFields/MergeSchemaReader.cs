using System.Text.Json;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.ManagedFields;

/// <summary>Reads OpenAPI v3 schemas into <see cref="MergeSchema"/> (upstream: kube-openapi <c>schemaconv</c> and the structural schema's publisher).</summary>
internal sealed class MergeSchemaReader(Func<string, JsonObject?>? resolve)
{
    private static readonly Lazy<MergeSchema> Metadata = new(() => ReadMetadata());

    private readonly Dictionary<string, MergeSchema> named = new(StringComparer.Ordinal);

    /// <summary>The type of <c>metadata</c>.</summary>
    public static MergeSchema ObjectMeta => Metadata.Value;

    /// <summary>Reads the root of a custom resource: its apiVersion, kind and metadata are typed whatever the schema says.</summary>
    public static MergeSchema ReadRoot(JsonObject? schema)
    {
        if (schema is null)
        {
            var untyped = new MergeSchema { Map = new MergeMap { Element = MergeSchema.Deduced } };
            AddTypeMeta(untyped.Map);
            return untyped;
        }

        var root = new MergeSchemaReader(null).Read(schema);
        var map = root.Map is null || root.IsDeduced ? new MergeMap { Element = MergeSchema.Deduced } : root.Map;
        AddTypeMeta(map);
        return new MergeSchema { Map = map };
    }

    /// <summary>Reads one schema.</summary>
    public MergeSchema Read(JsonObject schema)
    {
        if (Reference(schema) is { } reference)
        {
            return ReadReference(reference, schema);
        }

        var target = new MergeSchema();
        Fill(target, schema);
        return target;
    }

    private static string? Reference(JsonObject schema)
    {
        if (Text(schema, "$ref") is { } direct)
        {
            return direct;
        }

        return schema["allOf"] is JsonArray { Count: 1 } all && all[0] is JsonObject only && schema["type"] is null ? Text(only, "$ref") : null;
    }

    private MergeSchema ReadReference(string reference, JsonObject site)
    {
        if (!named.TryGetValue(reference, out var type))
        {
            if (resolve?.Invoke(reference) is not { } body)
            {
                return MergeSchema.Deduced;
            }

            // Registered before it is filled, so that a type may contain itself.
            type = new MergeSchema();
            named.Add(reference, type);
            if (Reference(body) is { } further)
            {
                var other = ReadReference(further, body);
                (type.Scalar, type.List, type.Map) = (other.Scalar, other.List, other.Map);
            }
            else
            {
                Fill(type, body);
            }
        }

        if (Text(site, "x-kubernetes-map-type") == "atomic" && type.Map is { IsAtomic: false } map)
        {
            var atomic = new MergeMap { Element = map.Element, IsAtomic = true };
            foreach (var (name, field) in map.Fields)
            {
                atomic.Fields.Add(name, field);
            }

            return new MergeSchema { Map = atomic };
        }

        return type;
    }

    private void Fill(MergeSchema target, JsonObject schema)
    {
        if (Flag(schema, "x-kubernetes-int-or-string") || Text(schema, "format") == "int-or-string")
        {
            target.Scalar = ScalarKind.Any;
            return;
        }

        switch (Text(schema, "type"))
        {
            case "string":
                target.Scalar = ScalarKind.Text;
                break;
            case "integer" or "number":
                target.Scalar = ScalarKind.Numeric;
                break;
            case "boolean":
                target.Scalar = ScalarKind.Boolean;
                break;
            case "array":
                target.List = ReadList(schema);
                break;
            case "object":
                ReadMap(target, schema);
                break;
            default:
                if (schema["properties"] is JsonObject || schema["additionalProperties"] is JsonObject)
                {
                    ReadMap(target, schema);
                }
                else
                {
                    (target.Scalar, target.List, target.Map) = (MergeSchema.Deduced.Scalar, MergeSchema.Deduced.List, MergeSchema.Deduced.Map);
                }

                break;
        }
    }

    private MergeList ReadList(JsonObject schema)
    {
        var element = schema["items"] is JsonObject items ? Read(items) : MergeSchema.Deduced;
        return Text(schema, "x-kubernetes-list-type") switch
        {
            "set" => new MergeList { Element = element, Relationship = ListRelationship.Set },
            "map" => new MergeList
            {
                Element = element,
                Relationship = ListRelationship.Map,
                Keys = schema["x-kubernetes-list-map-keys"] is JsonArray keys ? [.. keys.Select(k => k?.GetValue<string>() ?? string.Empty)] : [],
            },
            _ => new MergeList { Element = element },
        };
    }

    private void ReadMap(MergeSchema target, JsonObject schema)
    {
        var map = new MergeMap { IsAtomic = Text(schema, "x-kubernetes-map-type") == "atomic" };
        target.Map = map;
        var properties = schema["properties"] as JsonObject;
        if (properties is not null)
        {
            foreach (var (name, value) in properties)
            {
                if (value is JsonObject property)
                {
                    map.Fields[name] = new MergeField { Type = Read(property), Default = property["default"]?.DeepClone() };
                }
            }
        }

        if (schema["additionalProperties"] is JsonObject additional)
        {
            map.Element = Read(additional);
        }
        else if (Flag(schema, "x-kubernetes-preserve-unknown-fields")
            || (schema["additionalProperties"] is JsonValue allowed && allowed.GetValueKind() == JsonValueKind.True)
            || properties is null or { Count: 0 })
        {
            map.Element = MergeSchema.Deduced;
        }

        if (Flag(schema, "x-kubernetes-embedded-resource"))
        {
            AddTypeMeta(map);
        }
    }

    private static void AddTypeMeta(MergeMap map)
    {
        var text = new MergeSchema { Scalar = ScalarKind.Text };
        map.Fields["apiVersion"] = new MergeField { Type = text };
        map.Fields["kind"] = new MergeField { Type = text };
        map.Fields["metadata"] = new MergeField { Type = ObjectMeta };
    }

    private static MergeSchema ReadMetadata()
    {
        var text = new MergeSchema { Scalar = ScalarKind.Text };
        var flag = new MergeSchema { Scalar = ScalarKind.Boolean };
        var number = new MergeSchema { Scalar = ScalarKind.Numeric };
        var texts = new MergeSchema { Map = new MergeMap { Element = text } };
        var metadata = new MergeMap();
        foreach (var name in (ReadOnlySpan<string>)["name", "generateName", "namespace", "selfLink", "uid", "resourceVersion", "creationTimestamp", "deletionTimestamp"])
        {
            metadata.Fields[name] = new MergeField { Type = text };
        }

        metadata.Fields["generation"] = new MergeField { Type = number };
        metadata.Fields["deletionGracePeriodSeconds"] = new MergeField { Type = number };
        metadata.Fields["labels"] = new MergeField { Type = texts };
        metadata.Fields["annotations"] = new MergeField { Type = texts };
        metadata.Fields["finalizers"] = new MergeField
        {
            Type = new MergeSchema { List = new MergeList { Element = text, Relationship = ListRelationship.Set } },
        };

        var owner = new MergeMap { IsAtomic = true };
        foreach (var name in (ReadOnlySpan<string>)["apiVersion", "kind", "name", "uid"])
        {
            owner.Fields[name] = new MergeField { Type = text, Default = JsonValue.Create(string.Empty) };
        }

        owner.Fields["controller"] = new MergeField { Type = flag };
        owner.Fields["blockOwnerDeletion"] = new MergeField { Type = flag };
        metadata.Fields["ownerReferences"] = new MergeField
        {
            Type = new MergeSchema { List = new MergeList { Element = new MergeSchema { Map = owner }, Relationship = ListRelationship.Map, Keys = ["uid"] } },
        };

        var entry = new MergeMap();
        foreach (var name in (ReadOnlySpan<string>)["manager", "operation", "apiVersion", "time", "fieldsType", "subresource"])
        {
            entry.Fields[name] = new MergeField { Type = text };
        }

        entry.Fields["fieldsV1"] = new MergeField { Type = new MergeSchema { Map = new MergeMap { Element = MergeSchema.Deduced } } };
        metadata.Fields["managedFields"] = new MergeField { Type = new MergeSchema { List = new MergeList { Element = new MergeSchema { Map = entry } } } };
        return new MergeSchema { Map = metadata };
    }

    private static string? Text(JsonObject schema, string name) =>
        schema[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    private static bool Flag(JsonObject schema, string name) => schema[name] is JsonValue value && value.GetValueKind() == JsonValueKind.True;
}
