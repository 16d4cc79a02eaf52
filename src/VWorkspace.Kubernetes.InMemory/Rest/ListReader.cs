using System.Collections.Immutable;
using System.Globalization;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Http;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Storage;

namespace VWorkspace.Kubernetes.InMemory.Rest;

/// <summary>A page of a list.</summary>
internal sealed record ListPage(IReadOnlyList<StoredObject> Items, long Revision, string Continue, long? Remaining);

/// <summary>Lists: consistent pages, past revisions, selectors.</summary>
internal sealed class ListReader(ObjectStore store)
{
    private const string ContinueExpired = "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.";

    public ListPage List(ResourceType type, string ns, ListQuery options)
    {
        var (objects, revision, after) = Pick(type, options);
        var prefix = ns.Length == 0 ? "" : ns + "/";
        var start = after is not null && string.CompareOrdinal(after, prefix) > 0 ? IndexAfter(objects, after) : IndexOf(objects, prefix);
        var end = prefix.Length == 0 ? objects.Count : IndexOf(objects, ns + "0"); // '0' is the character after '/'
        // The watch cache answers resourceVersion=0 in one piece, whatever the limit.
        var limit = options.ResourceVersion == "0" && options.Continue.Length == 0 ? 0 : options.Limit;

        var items = new List<StoredObject>();
        for (var i = start; i < end; i++)
        {
            var obj = ObjectReader.View(type, objects[i]);
            if (!options.Matches(obj, type)) continue;
            if (limit > 0 && items.Count == limit)
            {
                // How many would follow cannot be known without counting when a selector filters.
                long? remaining = options.Labels.IsEverything && options.Fields.IsEverything ? end - i : null;
                return new ListPage(items, revision, new ContinueToken(revision, objects[i - 1].Key).Encode(), remaining);
            }

            items.Add(obj);
        }

        return new ListPage(items, revision, "", null);
    }

    private (ImmutableSortedSet<StoredObject> Objects, long Revision, string? After) Pick(ResourceType type, ListQuery options)
    {
        if (options.Continue.Length > 0)
        {
            var token = ContinueToken.Decode(options.Continue);
            var (page, _, now) = store.ReadAt(type.StorageKey, token.Revision < 0 ? long.MaxValue : token.Revision);
            if (token.Revision < 0) return (page!, now, token.After);
            if (page is not null) return (page, token.Revision, token.After);
            var expired = StatusErrors.Expired(ContinueExpired);
            expired.Status["metadata"]!["continue"] = new ContinueToken(-1, token.After).Encode();
            throw expired;
        }

        var wanted = options.Revision();
        var (current, revision) = store.Read(type.StorageKey);
        if (wanted is not { } number || number == 0) return (current, revision, null);
        if (number > revision) throw StatusErrors.TooLargeResourceVersion(number, revision);
        var exact = options.ResourceVersionMatch == "Exact" || (options.ResourceVersionMatch.Length == 0 && options.Limit > 0);
        if (!exact) return (current, revision, null);
        var (objects, _, _) = store.ReadAt(type.StorageKey, number);
        return objects is not null ? (objects, number, null) : throw StatusErrors.Expired("The resourceVersion for the provided list is too old.");
    }

    private static int IndexOf(ImmutableSortedSet<StoredObject> objects, string key)
    {
        if (key.Length == 0) return 0;
        var index = objects.IndexOf(StoredObject.Probe(key));
        return index < 0 ? ~index : index;
    }

    private static int IndexAfter(ImmutableSortedSet<StoredObject> objects, string key)
    {
        var index = objects.IndexOf(StoredObject.Probe(key));
        return index < 0 ? ~index : index + 1;
    }

    internal static string Text(long revision) => revision.ToString(CultureInfo.InvariantCulture);
}
