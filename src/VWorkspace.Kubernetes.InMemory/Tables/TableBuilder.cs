using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Http;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;

namespace VWorkspace.Kubernetes.InMemory.Tables;

/// <summary>Builds <c>meta.k8s.io Table</c> objects.</summary>
internal static class TableBuilder
{
    public const string NameDescription = "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names";

    public const string CreationDescription = "CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata";

    public static JsonObject Build(ResourceType type, IEnumerable<JsonObject> objects, string continuation, long? remaining, string revision, string includeObject, string version, TimeProvider time, bool includeColumns)
    {
        var now = time.GetUtcNow();
        var columns = type.Strategy.Columns(type);
        var metadata = new JsonObject { ["resourceVersion"] = revision };
        if (continuation.Length > 0) metadata["continue"] = continuation;
        if (remaining is { } count) metadata["remainingItemCount"] = count;
        var rows = new JsonArray();
        foreach (var obj in objects)
        {
            var row = new JsonObject { ["cells"] = new JsonArray([.. columns.Select(c => c.Cell(obj, now))]) };
            row["object"] = includeObject switch
            {
                "None" => null,
                "Object" => obj.DeepClone(),
                _ => ObjectResponder.PartialMetadata(obj, version),
            };
            rows.Add(row);
        }

        return new JsonObject
        {
            ["kind"] = "Table",
            ["apiVersion"] = "meta.k8s.io/" + version,
            ["metadata"] = metadata,
            ["columnDefinitions"] = includeColumns ? new JsonArray([.. columns.Select(c => (JsonNode)Describe(c))]) : null,
            ["rows"] = rows,
        };
    }

    /// <summary>The columns of kinds that define none.</summary>
    public static IReadOnlyList<TableColumn> Default { get; } =
    [
        Name,
        new("Created At", "date", "", CreationDescription, 0, (o, _) => o["metadata"].Text("creationTimestamp")),
    ];

    public static TableColumn Name => new("Name", "string", "name", NameDescription, 0, (o, _) => o.Name());

    public static TableColumn Age => new("Age", "string", "", CreationDescription, 0, (o, now) => AgeOf(o["metadata"].Text("creationTimestamp"), now));

    public static string AgeOf(string? timestamp, DateTimeOffset now) =>
        Timestamps.TryParse(timestamp, out var since) ? Timestamps.HumanDuration(now - since) : "<unknown>";

    private static JsonObject Describe(TableColumn column) => new()
    {
        ["name"] = column.Name,
        ["type"] = column.Type,
        ["format"] = column.Format,
        ["description"] = column.Description,
        ["priority"] = column.Priority,
    };
}
