using System.Text.Json;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.Builtins.Schemas;

/// <summary>Does to an object what a round trip through its Go types does.</summary>
internal static class BuiltinCanonicalForm
{
    /// <summary>Drops what is empty and omitted when empty; adds what is always written.</summary>
    public static void Apply(JsonObject value, BuiltinType type)
    {
        foreach (var field in type.Fields)
        {
            if (!value.TryGetPropertyValue(field.Name, out var node))
            {
                AddZero(value, field);
                continue;
            }

            if (node is null)
            {
                value.Remove(field.Name);
                AddZero(value, field);
                continue;
            }

            if (field.Type.Shape == BuiltinShape.Primitive && Rewritten(node, field.Type.Primitive) is { } text)
            {
                value[field.Name] = text;
                continue;
            }

            Descend(node, field.Type);
            if (!field.IsAlwaysPresent && !field.Type.IsPointer && IsEmpty(node, field.Type))
            {
                value.Remove(field.Name);
            }
        }
    }

    private static void AddZero(JsonObject value, BuiltinField field)
    {
        if (!field.IsAlwaysPresent)
        {
            return;
        }

        var zero = field.Zero();
        if (zero is JsonObject map && field.IsInlineStruct)
        {
            Apply(map, field.Type.Struct);
        }

        value[field.Name] = zero;
    }

    private static void Descend(JsonNode node, FieldType type)
    {
        switch (type.Shape)
        {
            case BuiltinShape.Struct when node is JsonObject map:
                Apply(map, type.Struct);
                break;
            case BuiltinShape.List when node is JsonArray list && type.Element!.Shape is BuiltinShape.Struct or BuiltinShape.List or BuiltinShape.Map:
                foreach (var item in list)
                {
                    if (item is not null)
                    {
                        Descend(item, type.Element!);
                    }
                }

                break;
            case BuiltinShape.Map when node is JsonObject map && type.Element is { Shape: BuiltinShape.Primitive, Primitive: "quantity" }:
                foreach (var (name, text) in map.Where(m => m.Value is not null).Select(m => (m.Key, Rewritten(m.Value!, "quantity"))).ToList())
                {
                    if (text is not null)
                    {
                        map[name] = text;
                    }
                }

                break;
            case BuiltinShape.Map when node is JsonObject map && type.Element!.Shape == BuiltinShape.Primitive && type.Element.Primitive is "string" or "bytes":
                // Go reads a null into a map of texts as the empty text.
                foreach (var name in map.Where(m => m.Value is null).Select(m => m.Key).ToList())
                {
                    map[name] = string.Empty;
                }

                break;
            case BuiltinShape.Map when node is JsonObject map && type.Element!.Shape is BuiltinShape.Struct or BuiltinShape.List or BuiltinShape.Map:
                foreach (var (_, item) in map)
                {
                    if (item is not null)
                    {
                        Descend(item, type.Element!);
                    }
                }

                break;
        }
    }

    /// <summary>A time or quantity in the form that Go writes, when the client wrote it in another.</summary>
    private static string? Rewritten(JsonNode node, string primitive)
    {
        var kind = node.GetValueKind();
        var given = kind == JsonValueKind.String ? node.GetValue<string>() : node.ToJsonString();
        var written = primitive switch
        {
            "time" or "microtime" when kind == JsonValueKind.String => GoTime.Read(given, primitive == "microtime").Text ?? given,
            "quantity" when kind is JsonValueKind.String or JsonValueKind.Number => GoQuantity.Canonical(given),
            _ => null,
        };
        return written is null || (kind == JsonValueKind.String && written == given) ? null : written;
    }

    private static bool IsEmpty(JsonNode node, FieldType type) => type.Shape switch
    {
        BuiltinShape.List => node is JsonArray { Count: 0 },
        BuiltinShape.Map => node is JsonObject { Count: 0 },
        BuiltinShape.Primitive => node.GetValueKind() switch
        {
            JsonValueKind.String => node.GetValue<string>().Length == 0,
            JsonValueKind.False => true,
            JsonValueKind.Number => type.Primitive is "int32" or "int64" or "number" && node.ToJsonString() is "0",
            _ => false,
        },
        _ => false,
    };
}
