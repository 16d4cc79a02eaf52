using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Builtins.Schemas;

/// <summary>Writes built-in types as OpenAPI v3, either tied by references or with everything in place.</summary>
internal static class BuiltinOpenApi
{
    private const string Resource = "io.k8s.apimachinery.pkg.api.resource.";
    private const string Meta = "io.k8s.apimachinery.pkg.apis.meta.v1.";
    private const string Util = "io.k8s.apimachinery.pkg.util.intstr.";

    /// <summary>The components of some types and of all they refer to.</summary>
    public static JsonObject Definitions(IEnumerable<BuiltinType> types)
    {
        var seen = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        var open = new Queue<BuiltinType>(types);
        while (open.TryDequeue(out var type))
        {
            if (seen.ContainsKey(type.FullName))
            {
                continue;
            }

            seen.Add(type.FullName, Struct(type, t =>
            {
                open.Enqueue(t);
                return Reference(t.FullName);
            }));
            if (type.IsKind)
            {
                seen.Add(type.FullName + "List", List(type));
                open.Enqueue(BuiltinSchemas.Shared("ListMeta"));
            }
        }

        foreach (var primitive in (ReadOnlySpan<string>)["time", "microtime", "quantity", "intstr"])
        {
            seen.TryAdd(ReferenceName(primitive), Scalar(primitive));
        }

        return new JsonObject(seen.Select(s => KeyValuePair.Create<string, JsonNode?>(s.Key, s.Value)));
    }

    /// <summary>One type with everything in place.</summary>
    public static JsonObject Inline(BuiltinType type) => Inline(type, []);

    private static JsonObject Inline(BuiltinType type, HashSet<BuiltinType> above)
    {
        if (!above.Add(type))
        {
            return new JsonObject { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true };
        }

        var schema = Struct(type, t => Inline(t, above), inline: true);
        above.Remove(type);
        return schema;
    }

    private static JsonObject Struct(BuiltinType type, Func<BuiltinType, JsonObject> refer, bool inline = false)
    {
        var schema = new JsonObject();
        if (type.Description.Length > 0)
        {
            schema["description"] = type.Description;
        }

        schema["type"] = "object";
        if (type.Fields.Any(f => f.IsRequired))
        {
            schema["required"] = Strings(type.Fields.Where(f => f.IsRequired).Select(f => f.Name));
        }

        var properties = new JsonObject();
        foreach (var field in type.Fields)
        {
            properties[field.Name] = Field(field, refer, inline);
        }

        if (properties.Count > 0)
        {
            schema["properties"] = properties;
        }

        if (type.IsAtomic)
        {
            schema["x-kubernetes-map-type"] = "atomic";
        }

        if (type.IsKind)
        {
            var slash = type.ApiVersion.IndexOf('/', StringComparison.Ordinal);
            schema["x-kubernetes-group-version-kind"] = new JsonArray(new JsonObject
            {
                ["group"] = slash < 0 ? string.Empty : type.ApiVersion[..slash],
                ["kind"] = type.Name,
                ["version"] = type.ApiVersion[(slash + 1)..],
            });
        }

        return schema;
    }

    private static JsonObject Field(BuiltinField field, Func<BuiltinType, JsonObject> refer, bool inline)
    {
        var schema = Value(field.Type, refer, inline);
        if (!inline && schema.ContainsKey("$ref"))
        {
            // Siblings of a reference are ignored, hence the detour.
            schema = new JsonObject { ["allOf"] = new JsonArray(schema) };
        }

        if (field.Description.Length > 0)
        {
            schema["description"] = field.Description;
        }

        if (field.Default is not null)
        {
            schema["default"] = field.Default.DeepClone();
        }
        else if (field.IsAlwaysPresent && field.Zero() is { } zero)
        {
            schema["default"] = zero;
        }

        if (field.Enum.Length > 0)
        {
            schema["enum"] = Strings(field.Enum);
        }

        if (field.ListType.Length > 0)
        {
            schema["x-kubernetes-list-type"] = field.ListType;
            if (field.ListKeys.Length > 0)
            {
                schema["x-kubernetes-list-map-keys"] = Strings(field.ListKeys);
            }
        }

        if (field.IsAtomicMap is { } atomic)
        {
            schema["x-kubernetes-map-type"] = atomic ? "atomic" : "granular";
        }

        if (field.PatchStrategies.Length > 0)
        {
            schema["x-kubernetes-patch-strategy"] = string.Join(',', field.PatchStrategies);
            if (field.PatchMergeKey is { } key)
            {
                schema["x-kubernetes-patch-merge-key"] = key;
            }
        }

        return schema;
    }

    private static JsonObject Value(FieldType type, Func<BuiltinType, JsonObject> refer, bool inline)
    {
        switch (type.Shape)
        {
            case BuiltinShape.Struct:
                return refer(type.Struct);
            case BuiltinShape.List:
                return new JsonObject { ["type"] = "array", ["items"] = Value(type.Element!, refer, inline) };
            case BuiltinShape.Map:
                return new JsonObject { ["type"] = "object", ["additionalProperties"] = Value(type.Element!, refer, inline) };
            case BuiltinShape.Any:
                return new JsonObject { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true };
            default:
                return !inline && type.Primitive is "time" or "microtime" or "quantity" or "intstr" ? Reference(ReferenceName(type.Primitive)) : Scalar(type.Primitive);
        }
    }

    private static JsonObject Scalar(string primitive) => primitive switch
    {
        "string" => new JsonObject { ["type"] = "string" },
        "bytes" => new JsonObject { ["type"] = "string", ["format"] = "byte" },
        "int32" => new JsonObject { ["type"] = "integer", ["format"] = "int32" },
        "int64" => new JsonObject { ["type"] = "integer", ["format"] = "int64" },
        "number" => new JsonObject { ["type"] = "number", ["format"] = "double" },
        "bool" => new JsonObject { ["type"] = "boolean" },
        "time" => new JsonObject { ["type"] = "string", ["format"] = "date-time" },
        "microtime" => new JsonObject { ["type"] = "string", ["format"] = "date-time" },
        "intstr" => new JsonObject { ["format"] = "int-or-string", ["oneOf"] = Either("integer") },
        _ => new JsonObject { ["oneOf"] = Either("number") },
    };

    private static JsonArray Either(string type) => new(new JsonObject { ["type"] = type }, new JsonObject { ["type"] = "string" });

    private static string ReferenceName(string primitive) => primitive switch
    {
        "time" => Meta + "Time",
        "microtime" => Meta + "MicroTime",
        "quantity" => Resource + "Quantity",
        _ => Util + "IntOrString",
    };

    private static JsonObject Reference(string name) => new() { ["$ref"] = "#/components/schemas/" + name };

    private static JsonArray Strings(IEnumerable<string> values) => new([.. values.Select(v => (JsonNode)JsonValue.Create(v))]);

    private static JsonObject List(BuiltinType type)
    {
        var item = new JsonObject { ["allOf"] = new JsonArray(Reference(type.FullName)), ["default"] = new JsonObject() };
        var slash = type.ApiVersion.IndexOf('/', StringComparison.Ordinal);
        return new JsonObject
        {
            ["description"] = $"{type.Name}List is a list of {type.Name} objects.",
            ["type"] = "object",
            ["required"] = Strings(["items"]),
            ["properties"] = new JsonObject
            {
                ["apiVersion"] = Scalar("string"),
                ["kind"] = Scalar("string"),
                ["metadata"] = new JsonObject { ["allOf"] = new JsonArray(Reference(Meta + "ListMeta")), ["default"] = new JsonObject() },
                ["items"] = new JsonObject { ["type"] = "array", ["items"] = item },
            },
            ["x-kubernetes-group-version-kind"] = new JsonArray(new JsonObject
            {
                ["group"] = slash < 0 ? string.Empty : type.ApiVersion[..slash],
                ["kind"] = type.Name + "List",
                ["version"] = type.ApiVersion[(slash + 1)..],
            }),
        };
    }
}
