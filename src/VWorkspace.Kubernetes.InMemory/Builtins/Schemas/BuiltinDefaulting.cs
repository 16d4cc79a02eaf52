using System.Text.Json;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Builtins.Schemas;

/// <summary>Fills in the defaults of built-in types: the constant ones of the schema, and the rules of <see cref="DefaultingRules"/>.</summary>
internal static class BuiltinDefaulting
{
    /// <summary>Defaults an object in place. A value that Go cannot tell from an absent one (an empty string, 0 where there is no pointer) is filled in too.</summary>
    public static void Apply(JsonObject value, BuiltinType type)
    {
        foreach (var field in type.Fields)
        {
            value.TryGetPropertyValue(field.Name, out var node);
            if (field.Fill is { } fill && IsUnset(node, field))
            {
                node = fill.DeepClone();
                value[field.Name] = node;
            }
            else if (node is null && field.IsInlineStruct && NeedsDefaults(field.Type.Struct))
            {
                node = new JsonObject();
                value[field.Name] = node;
            }

            if (node is not null)
            {
                Descend(node, field.Type);
            }
        }

        // From the inside out, as a rule may look at what is below; the rules of a parent may still override.
        DefaultingRules.Apply(value, type);
    }

    private static bool IsUnset(JsonNode? node, BuiltinField field)
    {
        if (node is null)
        {
            return true;
        }

        return !field.Type.IsPointer && field.Type.Shape == BuiltinShape.Primitive && node.GetValueKind() switch
        {
            JsonValueKind.String => node.GetValue<string>().Length == 0,
            JsonValueKind.Number => node.ToJsonString() is "0" && field.Type.Primitive != "intstr",
            _ => false,
        };
    }

    private static void Descend(JsonNode node, FieldType type)
    {
        switch (type.Shape)
        {
            case BuiltinShape.Struct when node is JsonObject map:
                Apply(map, type.Struct);
                break;
            case BuiltinShape.List when node is JsonArray list && type.Element!.Shape == BuiltinShape.Struct:
                foreach (var item in list)
                {
                    if (item is JsonObject map)
                    {
                        Apply(map, type.Element!.Struct);
                    }
                }

                break;
            case BuiltinShape.Map when node is JsonObject map && type.Element!.Shape == BuiltinShape.Struct:
                foreach (var (_, item) in map)
                {
                    if (item is JsonObject below)
                    {
                        Apply(below, type.Element!.Struct);
                    }
                }

                break;
        }
    }

    /// <summary>An absent struct matters only when something in it has a default.</summary>
    private static bool NeedsDefaults(BuiltinType type) =>
        DefaultingRules.Has(type) || type.Fields.Any(f => f.Fill is not null || (f.IsInlineStruct && f.Type.Struct != type && NeedsDefaults(f.Type.Struct)));
}
