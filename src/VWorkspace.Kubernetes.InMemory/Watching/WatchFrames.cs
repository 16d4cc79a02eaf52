using System.Buffers;
using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Http;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;
using VWorkspace.Kubernetes.InMemory.Storage;
using VWorkspace.Kubernetes.InMemory.Tables;

namespace VWorkspace.Kubernetes.InMemory.Watching;

/// <summary>Turns changes into the lines of one watch: selector transitions, representations. Plain objects are written from their stored bytes.</summary>
internal sealed class WatchFrames(ResourceType type, ListQuery options, AcceptedFormat format, TimeProvider time, string includeObject)
{
    /// <summary>The size of the blocks that the HTTP stack has at hand.</summary>
    private const int OnePiece = 4096;

    private bool _columnsSent;

    public bool Initial(IBufferWriter<byte> output, StoredObject stored)
    {
        var view = ObjectReader.View(type, stored);
        if (!options.Matches(view, type)) return false;
        Write(output, "ADDED", view);
        return true;
    }

    public void Event(IBufferWriter<byte> output, StoreEvent change)
    {
        var current = ObjectReader.View(type, change.Object);
        if (options.Labels.IsEverything && options.Fields.IsEverything)
        {
            Write(output, change.Type switch { StoreEventType.Added => "ADDED", StoreEventType.Modified => "MODIFIED", _ => "DELETED" }, current);
            return;
        }

        var before = change.Previous is not null && options.Matches(ObjectReader.View(type, change.Previous), type);
        var after = change.Type != StoreEventType.Deleted && options.Matches(current, type);
        if (after) Write(output, before ? "MODIFIED" : "ADDED", current);
        else if (before) Write(output, "DELETED", ObjectReader.View(type, change.PreviousAtRevision!));
    }

    public void Bookmark(IBufferWriter<byte> output, long revision, bool initialEventsEnd)
    {
        var metadata = new JsonObject { ["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture) };
        if (initialEventsEnd) metadata["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
        var bookmark = type.Strategy.Empty(type);
        bookmark["metadata"] = metadata;
        Write(output, "BOOKMARK", CanonicalJson.Write(format.IsMetadataOnly ? ObjectResponder.PartialMetadata(bookmark, format.Version)
            : format.Shape == ResponseShape.Table ? Table(bookmark) : bookmark));
    }

    public void Error(IBufferWriter<byte> output, JsonObject status) => Write(output, "ERROR", CanonicalJson.Write(status));

    private void Write(IBufferWriter<byte> output, string eventType, StoredObject stored) => Write(output, eventType, format.Shape switch
    {
        ResponseShape.Table => CanonicalJson.Write(Table(stored.Node)),
        ResponseShape.PartialMetadata or ResponseShape.PartialMetadataList => stored.MetadataUtf8(format.Version),
        _ => stored.Utf8,
    });

    private JsonObject Table(JsonObject obj)
    {
        // Only the first table of a watch describes its columns.
        var table = TableBuilder.Build(type, [obj], "", null, obj.ResourceVersion(), includeObject, format.Version, time, includeColumns: !_columnsSent);
        _columnsSent = true;
        return table;
    }

    /// <summary>One piece of buffer for each line that fits into one: each piece asked for costs a lock in the HTTP stack.</summary>
    private static void Write(IBufferWriter<byte> output, string eventType, ReadOnlySpan<byte> obj)
    {
        ReadOnlySpan<byte> start = eventType switch
        {
            "ADDED" => "{\"type\":\"ADDED\",\"object\":"u8,
            "MODIFIED" => "{\"type\":\"MODIFIED\",\"object\":"u8,
            "DELETED" => "{\"type\":\"DELETED\",\"object\":"u8,
            "BOOKMARK" => "{\"type\":\"BOOKMARK\",\"object\":"u8,
            _ => "{\"type\":\"ERROR\",\"object\":"u8,
        };
        var length = start.Length + obj.Length + 2;
        if (length <= OnePiece)
        {
            var line = output.GetSpan(length);
            start.CopyTo(line);
            obj.CopyTo(line[start.Length..]);
            "}\n"u8.CopyTo(line[(length - 2)..]);
            output.Advance(length);
            return;
        }

        output.Write(start);
        output.Write(obj);
        output.Write("}\n"u8);
    }
}
