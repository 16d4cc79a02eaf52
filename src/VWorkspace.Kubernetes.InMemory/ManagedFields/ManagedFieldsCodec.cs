using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.ManagedFields;

/// <summary>Reads and writes <c>metadata.managedFields</c> (upstream: <c>managedfields/internal/managedfields.go</c>).</summary>
internal static class ManagedFieldsCodec
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <summary>The managed fields of an object; a missing list is an empty one. False with upstream's error text when an entry is invalid.</summary>
    public static bool TryDecode(JsonObject? owner, [NotNullWhen(true)] out Dictionary<ManagerKey, ManagerEntry>? managers, [NotNullWhen(false)] out string? error)
    {
        managers = [];
        error = null;
        if (owner?["metadata"] is not JsonObject metadata || metadata["managedFields"] is not JsonArray list)
        {
            return true;
        }

        for (var i = 0; i < list.Count; i++)
        {
            error = DecodeEntry(list[i] as JsonObject, i, managers);
            if (error is not null)
            {
                managers = null;
                return false;
            }
        }

        return true;
    }

    /// <summary>True when the list asks for a reset: it is empty, or holds one empty entry.</summary>
    public static bool IsReset(JsonObject owner) =>
        owner["metadata"] is JsonObject metadata
        && metadata["managedFields"] is JsonArray list
        && (list.Count == 0 || (list.Count == 1 && list[0] is JsonObject { Count: 0 }));

    /// <summary>Replaces the list of an object; without managers the member is removed.</summary>
    public static void Encode(JsonObject owner, Dictionary<ManagerKey, ManagerEntry> managers)
    {
        if (owner["metadata"] is not JsonObject metadata)
        {
            if (managers.Count == 0)
            {
                return;
            }

            metadata = [];
            owner["metadata"] = metadata;
        }

        if (managers.Count == 0)
        {
            metadata.Remove("managedFields");
            return;
        }

        var ordered = managers.ToArray();
        if (ordered.Length > 1)
        {
            Array.Sort(ordered, static (a, b) => Order(a.Key, a.Value, b.Key, b.Value));
        }

        var list = new JsonArray();
        foreach (var (key, entry) in ordered)
        {
            var item = new JsonObject
            {
                ["manager"] = key.Manager,
                ["operation"] = key.IsApply ? "Apply" : "Update",
                ["apiVersion"] = entry.ApiVersion,
            };
            if (entry.Time is { } time)
            {
                item["time"] = FormatTime(time);
            }

            item["fieldsType"] = "FieldsV1";
            item["fieldsV1"] = FieldsV1.Serialize(entry.Fields);
            if (key.Subresource.Length > 0)
            {
                item["subresource"] = key.Subresource;
            }

            list.Add((JsonNode)item);
        }

        metadata["managedFields"] = list;
    }

    /// <summary>A time as <c>metav1.Time</c> prints it, in whole seconds.</summary>
    public static string FormatTime(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    private static string? DecodeEntry(JsonObject? item, int index, Dictionary<ManagerKey, ManagerEntry> managers)
    {
        var operation = Text(item, "operation");
        if (operation is not ("Apply" or "Update"))
        {
            return "operation must be `Apply` or `Update`";
        }

        var apiVersion = Text(item, "apiVersion");
        if (apiVersion.Length == 0)
        {
            return "apiVersion must not be empty";
        }

        var type = Text(item, "fieldsType");
        if (type != "FieldsV1")
        {
            var at = index.ToString(CultureInfo.InvariantCulture);
            return type.Length == 0 ? "missing fieldsType in managed fields entry " + at : $"invalid fieldsType {GoText.Quote(type)} in managed fields entry {at}";
        }

        FieldSet fields;
        try
        {
            fields = item!["fieldsV1"] is JsonObject value ? FieldsV1.Parse(value) : FieldSet.Empty;
        }
        catch (Exception e) when (e is FormatException or JsonException or OverflowException)
        {
            return "error decoding versioned set: error decoding set: " + e.Message;
        }

        var isApply = operation == "Apply";
        var key = new ManagerKey(Text(item, "manager"), isApply, isApply ? string.Empty : apiVersion, Text(item, "subresource"));
        DateTimeOffset? time = DateTimeOffset.TryParse(Text(item, "time"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed) ? parsed : null;
        managers[key] = new ManagerEntry(fields, apiVersion, time);
        return null;
    }

    private static int Order(ManagerKey a, ManagerEntry x, ManagerKey b, ManagerEntry y)
    {
        var order = b.IsApply.CompareTo(a.IsApply);
        order = order != 0 ? order : Seconds(x).CompareTo(Seconds(y));
        order = order != 0 ? order : string.CompareOrdinal(a.Manager, b.Manager);
        order = order != 0 ? order : string.CompareOrdinal(x.ApiVersion, y.ApiVersion);
        return order != 0 ? order : string.CompareOrdinal(a.Subresource, b.Subresource);
    }

    /// <summary>The time of an entry as the order of entries uses it.</summary>
    internal static long Seconds(ManagerEntry entry) => entry.Time?.ToUnixTimeSeconds() ?? 0;

    private static string Text(JsonObject? item, string name) =>
        item?[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : string.Empty;
}
