using System.Globalization;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Builtins.Schemas;

/// <summary>Removes the fields that a built-in type does not have.</summary>
internal static class BuiltinPruning
{
    /// <summary>Prunes; returns the paths of what was removed, sorted.</summary>
    public static IReadOnlyList<string> Prune(JsonObject value, BuiltinType type)
    {
        List<string>? removed = null;
        PruneStruct(value, type, string.Empty, ref removed);
        removed?.Sort(StringComparer.Ordinal);
        return removed is null ? [] : removed;
    }

    private static void PruneStruct(JsonObject value, BuiltinType type, string path, ref List<string>? removed)
    {
        List<string>? unknown = null;
        foreach (var (name, node) in value)
        {
            if (type.Find(name) is not { } field)
            {
                (unknown ??= []).Add(name);
            }
            else if (node is JsonObject or JsonArray && HasStructs(field.Type))
            {
                PruneValue(node, field.Type, path.Length == 0 ? name : path + "." + name, ref removed);
            }
        }

        foreach (var name in unknown ?? [])
        {
            value.Remove(name);
            (removed ??= []).Add(path.Length == 0 ? name : path + "." + name);
        }
    }

    private static void PruneValue(JsonNode? node, FieldType type, string path, ref List<string>? removed)
    {
        switch (type.Shape)
        {
            case BuiltinShape.Struct when node is JsonObject map:
                PruneStruct(map, type.Struct, path, ref removed);
                break;
            case BuiltinShape.List when node is JsonArray list:
                for (var i = 0; i < list.Count; i++)
                {
                    PruneValue(list[i], type.Element!, path + "[" + i.ToString(CultureInfo.InvariantCulture) + "]", ref removed);
                }

                break;
            case BuiltinShape.Map when node is JsonObject map:
                foreach (var (name, item) in map)
                {
                    PruneValue(item, type.Element!, path + "." + name, ref removed);
                }

                break;
        }
    }

    private static bool HasStructs(FieldType type) => type.Shape == BuiltinShape.Struct || (type.Element is { } element && HasStructs(element));
}
