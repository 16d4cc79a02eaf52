using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.Storage;

/// <summary>The state of a store at one revision, as lines of JSON: first the revision, then one object a line.</summary>
internal sealed record StoreSnapshot(long Revision, IReadOnlyList<(string Key, StoredObject Object)> Objects)
{
    public static StoreSnapshot Take(ObjectStore store)
    {
        var (revision, tables) = store.ReadAll();
        return new StoreSnapshot(revision, [.. tables.SelectMany(t => t.Objects.Select(o => (t.Key, o)))]);
    }

    public async Task WriteAsync(Stream output, CancellationToken ct)
    {
        await WriteLineAsync(output, CanonicalJson.Write(new JsonObject { ["revision"] = Revision }), ct).ConfigureAwait(false);
        foreach (var (key, obj) in Objects)
            await WriteLineAsync(output, CanonicalJson.Write(new JsonObject { ["key"] = key, ["revision"] = obj.ResourceVersion, ["object"] = obj.Node.DeepClone() }), ct).ConfigureAwait(false);
    }

    public static async Task<StoreSnapshot> ReadAsync(Stream input, CancellationToken ct)
    {
        using var reader = new StreamReader(input, leaveOpen: true);
        var header = JsonNode.Parse(await reader.ReadLineAsync(ct).ConfigureAwait(false) ?? throw new InvalidDataException("The snapshot is empty."));
        var objects = new List<(string, StoredObject)>();
        while (await reader.ReadLineAsync(ct).ConfigureAwait(false) is { } line)
        {
            var entry = JsonTreeReader.Parse(System.Text.Encoding.UTF8.GetBytes(line));
            var node = entry.Child("object") ?? throw new InvalidDataException("A line of the snapshot has no object.");
            entry!.AsObject().Remove("object");
            objects.Add((entry.Text("key") ?? "", new StoredObject(node, entry.Number("revision") ?? 0)));
        }

        return new StoreSnapshot(header.Number("revision") ?? throw new InvalidDataException("The snapshot has no revision."), objects);
    }

    private static async Task WriteLineAsync(Stream output, byte[] json, CancellationToken ct)
    {
        await output.WriteAsync(json, ct).ConfigureAwait(false);
        await output.WriteAsync("\n"u8.ToArray(), ct).ConfigureAwait(false);
    }
}
