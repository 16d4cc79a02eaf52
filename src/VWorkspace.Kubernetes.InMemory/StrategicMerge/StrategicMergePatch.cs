using System.Text.Json;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Builtins.Schemas;

namespace VWorkspace.Kubernetes.InMemory.StrategicMerge;

/// <summary>
/// Applies strategic merge patches to objects of built-in kinds: lists merge by their key, and directives say what JSON merge patch cannot
/// (upstream: apimachinery <c>strategicpatch</c>).
/// </summary>
internal static class StrategicMergePatch
{
    /// <summary>Marks a map or list item: <c>replace</c>, <c>delete</c> or <c>merge</c>.</summary>
    internal const string Directive = "$patch";

    private const string RetainKeys = "$retainKeys";
    private const string DeletePrefix = "$deleteFromPrimitiveList";
    private const string OrderPrefix = "$setElementOrder";

    /// <summary>Patches an object.</summary>
    /// <param name="original">The object. Not changed.</param>
    /// <param name="patch">The patch. Not changed.</param>
    /// <param name="type">The kind's type.</param>
    public static StrategicMergeOutcome Apply(JsonObject original, JsonObject patch, BuiltinType type)
    {
        try
        {
            return new StrategicMergeOutcome.Patched(MergeMap((JsonObject)original.DeepClone(), (JsonObject)patch.DeepClone(), PatchTypeInfo.Of(type)));
        }
        catch (PatchFaultException fault)
        {
            return new StrategicMergeOutcome.Rejected(fault.Message, fault.StatusCode);
        }
    }

    /// <summary>Merges a patch into a map; both are used up.</summary>
    internal static JsonObject MergeMap(JsonObject original, JsonObject patch, PatchTypeInfo type)
    {
        if (patch.TryGetPropertyValue(Directive, out var directive))
        {
            return ApplyDirective(directive, patch);
        }

        ApplyRetainKeys(original, patch);
        ApplyElementOrders(original, patch, type);
        foreach (var (key, value) in patch.ToArray())
        {
            var isDeletion = key.StartsWith(DeletePrefix, StringComparison.Ordinal);
            MergeField(original, isDeletion ? FieldBehind(key, DeletePrefix, PatchFaultException.BadPrimitiveList) : key, value, isDeletion, type);
        }

        return original;
    }

    /// <summary>Takes nulls out of a value that is inserted, where there is nothing they could remove.</summary>
    internal static JsonNode? WithoutNulls(JsonNode? value)
    {
        switch (value)
        {
            case JsonObject map:
                foreach (var (name, node) in map.ToArray())
                {
                    if (node is null)
                    {
                        map.Remove(name);
                    }
                    else
                    {
                        WithoutNulls(node);
                    }
                }

                break;
            case JsonArray list:
                foreach (var item in list)
                {
                    WithoutNulls(item);
                }

                break;
        }

        return value;
    }

    private static void MergeField(JsonObject original, string name, JsonNode? value, bool isDeletion, PatchTypeInfo type)
    {
        if (value is null)
        {
            original.Remove(name);
            return;
        }

        if (!original.TryGetPropertyValue(name, out var current) || !SameShape(current, value))
        {
            if (!isDeletion)
            {
                original[name] = WithoutNulls(value.DeepClone());
            }

            return;
        }

        var field = type.Lookup(name);
        original[name] = (current, value) switch
        {
            (JsonObject into, JsonObject from) => field.Strategy == "replace" ? from.DeepClone() : MergeMap((JsonObject)into.DeepClone(), (JsonObject)from.DeepClone(), field.Type),
            (JsonArray into, JsonArray from) => field.Strategy == "merge" ? StrategicListMerge.Merge(into, from, field.Type.Element, field.MergeKey, isDeletion) : from.DeepClone(),
            _ => value.DeepClone(),
        };
    }

    private static JsonObject ApplyDirective(JsonNode? directive, JsonObject patch)
    {
        switch (Text(directive))
        {
            case "replace":
                patch.Remove(Directive);
                return patch;
            case "delete":
                return [];
            default:
                throw PatchFaultException.UnknownDirective(directive, patch);
        }
    }

    private static void ApplyRetainKeys(JsonObject original, JsonObject patch)
    {
        if (!patch.Remove(RetainKeys, out var directive))
        {
            return;
        }

        if (directive is not JsonArray list)
        {
            throw PatchFaultException.BadRetainKeys();
        }

        var kept = list.Select(Text).OfType<string>().ToHashSet(StringComparer.Ordinal);
        foreach (var (name, value) in patch)
        {
            if (value is not null && !name.StartsWith(DeletePrefix, StringComparison.Ordinal) && !name.StartsWith(OrderPrefix, StringComparison.Ordinal) && !kept.Contains(name))
            {
                throw PatchFaultException.BadRetainKeys();
            }
        }

        foreach (var (name, _) in original.ToArray())
        {
            if (!kept.Contains(name))
            {
                original.Remove(name);
            }
        }
    }

    private static void ApplyElementOrders(JsonObject original, JsonObject patch, PatchTypeInfo type)
    {
        foreach (var (key, value) in patch.ToArray())
        {
            if (!key.StartsWith(OrderPrefix, StringComparison.Ordinal))
            {
                continue;
            }

            patch.Remove(key);
            var order = value as JsonArray ?? throw PatchFaultException.BadType("[]interface {}", value);
            var name = FieldBehind(key, OrderPrefix, PatchFaultException.BadElementOrder);
            var current = ListOrNothing(original, name);
            var patched = ListOrNothing(patch, name);
            var field = type.Lookup(name);
            ElementOrder.Check(patched, order, field.MergeKey);
            if (current is null && patched is null)
            {
                continue;
            }

            var merged = patched is null ? (JsonArray)current!.DeepClone()
                : current is null || field.Strategy != "merge" ? (JsonArray)patched.DeepClone()
                : StrategicListMerge.Merge(current, patched, field.Type.Element, field.MergeKey, isDeletion: false);
            patch.Remove(name);
            original[name] = ElementOrder.Arrange(merged, order, current ?? [], field.MergeKey);
        }
    }

    private static JsonArray? ListOrNothing(JsonObject owner, string name) =>
        !owner.TryGetPropertyValue(name, out var node) ? null : node as JsonArray ?? throw PatchFaultException.BadType("[]interface {}", node);

    private static string FieldBehind(string key, string prefix, Func<PatchFaultException> fault)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return slash == prefix.Length ? key[(slash + 1)..] : throw fault();
    }

    private static bool SameShape(JsonNode? a, JsonNode b) => (a, b) switch
    {
        (null, _) => false,
        (JsonObject, JsonObject) or (JsonArray, JsonArray) => true,
        (JsonObject or JsonArray, _) or (_, JsonObject or JsonArray) => false,
        _ => true,
    };

    private static string? Text(JsonNode? node) => node is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;
}
