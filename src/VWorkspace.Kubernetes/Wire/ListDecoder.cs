using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;

namespace VWorkspace.Kubernetes.Wire;

/// <summary>Decodes a list item by item while it arrives: at no time is more than one item in memory besides the decoded ones.</summary>
internal static class ListDecoder
{
    /// <summary>Decodes a whole page.</summary>
    /// <param name="body">The response stream; read to its end, not disposed.</param>
    /// <param name="resource">What the items are, for their type and for messages.</param>
    /// <param name="maxItemBytes">Longest item.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <exception cref="KubernetesTransportException">The document is cut short or is no list.</exception>
    public static async Task<ObjectPage<T>> DecodeAsync<T>(Stream body, KubernetesResource<T> resource, int maxItemBytes, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        PipeReader pipe = PipeReader.Create(body, new StreamPipeReaderOptions(ClearingPool.Instance, bufferSize: 32 * 1024, minimumReadSize: 4096, leaveOpen: true));
        try
        {
            return await DecodeAsync(new JsonValueReader(pipe, maxItemBytes), resource, cancellationToken);
        }
        finally
        {
            await pipe.CompleteAsync();
        }
    }

    private static async Task<ObjectPage<T>> DecodeAsync<T>(JsonValueReader reader, KubernetesResource<T> resource, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        var items = new List<T>();
        List<UndecodableItem>? undecodable = null;
        var meta = new ListMeta();
        bool isList = false;
        await reader.ExpectAsync((byte)'{', cancellationToken);
        bool more = !await reader.TryTakeAsync((byte)'}', cancellationToken);
        while (more)
        {
            Member member = MemberOf(await reader.ReadValueAsync(cancellationToken));
            await reader.ExpectAsync((byte)':', cancellationToken);
            if (member == Member.Items)
            {
                isList = true;
                if (await reader.TryTakeAsync((byte)'[', cancellationToken)) undecodable = await ReadItemsAsync(reader, resource, items, cancellationToken);
                else if (!IsNull(await reader.ReadValueAsync(cancellationToken))) throw NotAList(resource); // Go writes an empty list as null
            }
            else
            {
                ReadOnlySequence<byte> value = await reader.ReadValueAsync(cancellationToken);
                if (member == Member.Metadata) meta = MetaOf(value);
            }

            more = await reader.TryTakeAsync((byte)',', cancellationToken);
            if (!more) await reader.ExpectAsync((byte)'}', cancellationToken);
        }

        await reader.ExpectEndAsync(cancellationToken);
        // A list always says its items. Taking anything else for an empty one would make everything look deleted.
        if (!isList) throw NotAList(resource);
        return new()
        {
            Items = items,
            ResourceVersion = meta.ResourceVersion ?? string.Empty,
            Continue = string.IsNullOrEmpty(meta.Continue) ? null : meta.Continue,
            RemainingItemCount = meta.RemainingItemCount,
            Undecodable = undecodable is null ? [] : undecodable,
        };
    }

    private static async Task<List<UndecodableItem>?> ReadItemsAsync<T>(JsonValueReader reader, KubernetesResource<T> resource, List<T> items, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        List<UndecodableItem>? undecodable = null;
        if (await reader.TryTakeAsync((byte)']', cancellationToken)) return undecodable;
        do
        {
            Decode(await reader.ReadValueAsync(cancellationToken), resource, items, ref undecodable);
        }
        while (await reader.TryTakeAsync((byte)',', cancellationToken));
        await reader.ExpectAsync((byte)']', cancellationToken);
        return undecodable;
    }

    private static void Decode<T>(in ReadOnlySequence<byte> item, KubernetesResource<T> resource, List<T> items, ref List<UndecodableItem>? undecodable)
        where T : class, IKubernetesObject
    {
        using var bytes = new ContiguousBytes(item);
        if (ObjectDecoder.TryDecode(bytes.Span, resource.Json, out T? value, out string? error))
        {
            items.Add(value);
            return;
        }

        ObjectPeek peek = ObjectPeek.Read(bytes.Span);
        (undecodable ??= []).Add(new UndecodableItem(peek.Key, peek.ResourceVersion, error));
    }

    private static bool IsNull(in ReadOnlySequence<byte> value)
    {
        using var bytes = new ContiguousBytes(value);
        return bytes.Span.SequenceEqual("null"u8);
    }

    private static KubernetesTransportException NotAList(KubernetesResource resource) =>
        new($"the answer to listing {resource.QualifiedName} is not a list") { Fault = TransportFault.Protocol };

    private enum Member { Other, Items, Metadata }

    private static Member MemberOf(in ReadOnlySequence<byte> name)
    {
        using var bytes = new ContiguousBytes(name);
        if (bytes.Span.SequenceEqual("\"items\""u8)) return Member.Items;
        return bytes.Span.SequenceEqual("\"metadata\""u8) ? Member.Metadata : Member.Other;
    }

    private static ListMeta MetaOf(in ReadOnlySequence<byte> value)
    {
        using var bytes = new ContiguousBytes(value);
        try
        {
            return JsonSerializer.Deserialize(bytes.Span, WireJson.Default.ListMeta) ?? new();
        }
        catch (JsonException e)
        {
            throw new KubernetesTransportException("the metadata of the list cannot be read", e) { Fault = TransportFault.Protocol };
        }
    }
}
