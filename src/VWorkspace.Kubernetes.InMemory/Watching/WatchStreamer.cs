using System.Buffers;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Http;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;
using VWorkspace.Kubernetes.InMemory.Storage;
using VWorkspace.Kubernetes.InMemory.Tables;

namespace VWorkspace.Kubernetes.InMemory.Watching;

/// <summary>Serves watches: initial state, backlog, live events, bookmarks, end by timeout.</summary>
internal sealed class WatchStreamer(ObjectStore store, TimeProvider time, RandomNames random, TimeSpan bookmarkInterval)
{
    private const int MinimumTimeoutSeconds = 1800;
    private static readonly TimeSpan BookmarkBeforeEnd = TimeSpan.FromSeconds(2);

    public async Task StreamAsync(HttpContext http, ResourceType type, string ns, ListQuery options, AcceptedFormat format, CancellationToken ct)
    {
        var revision = options.Revision();
        // Without a revision, with 0, or when initial events are asked for, the watch begins with what exists.
        var fromNow = options.SendInitialEvents == false && revision is null or 0;
        var withInitial = options.SendInitialEvents ?? revision is null or 0;
        if (options.SendInitialEvents == true && revision > store.Revision) throw StatusErrors.TooLargeResourceVersion(revision.Value, store.Revision);
        if (options.SendInitialEvents == false) withInitial = false;

        var frames = new WatchFrames(type, options, format, time, ObjectResponder.IncludeObject(http));
        var watch = store.Watch(type.StorageKey, ns, withInitial ? null : fromNow && revision is null or 0 ? store.Revision : revision, paced: true);
        ObjectResponder.Start(http, 200, "application/json");
        if (watch.Subscription is null)
        {
            frames.Error(http.Response.BodyWriter, StatusErrors.TooOld(revision!.Value, watch.Oldest).Status);
            await http.Response.BodyWriter.FlushAsync(ct).ConfigureAwait(false);
            return;
        }

        try
        {
            await http.Response.StartAsync(ct).ConfigureAwait(false);
            await StreamAsync(http, frames, watch, options, ct).ConfigureAwait(false);
        }
        finally
        {
            watch.Subscription.End();
            store.Unsubscribe(type.StorageKey, watch.Subscription);
        }
    }

    private async Task StreamAsync(HttpContext http, WatchFrames frames, StoreWatch watch, ListQuery options, CancellationToken ct)
    {
        var output = http.Response.BodyWriter;
        foreach (var obj in watch.Initial)
            if (frames.Initial(output, obj) && output.UnflushedBytes > 1 << 16) await output.FlushAsync(ct).ConfigureAwait(false);
        if (options is { SendInitialEvents: true, AllowWatchBookmarks: true }) frames.Bookmark(output, watch.Revision, initialEventsEnd: true);
        foreach (var change in watch.Backlog)
        {
            frames.Event(output, change);
            if (output.UnflushedBytes > 1 << 16) await output.FlushAsync(ct).ConfigureAwait(false);
        }

        await output.FlushAsync(ct).ConfigureAwait(false);

        var subscription = watch.Subscription!;
        var seconds = options.TimeoutSeconds ?? MinimumTimeoutSeconds + (int)(random.NextDouble() * MinimumTimeoutSeconds);
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(seconds), time);
        await using var onEnd = end.Token.UnsafeRegister(static s => ((StoreSubscription)s!).Signal(), subscription).ConfigureAwait(false);
        await using var onGone = ct.UnsafeRegister(static s => ((StoreSubscription)s!).Signal(), subscription).ConfigureAwait(false);
        var deadline = time.GetUtcNow().AddSeconds(seconds);
        using var bookmarks = new BookmarkClock(options.AllowWatchBookmarks, time, bookmarkInterval, deadline - BookmarkBeforeEnd, subscription.Signal);
        var sent = watch.Revision;
        while (true)
        {
            await subscription.WaitAsync().ConfigureAwait(false);
            ct.ThrowIfCancellationRequested();
            // Asked before the inbox is emptied: after the end nothing comes into it any more.
            var over = subscription.IsEnded || end.IsCancellationRequested;
            while (subscription.TryRead(out var change))
            {
                frames.Event(output, change);
                sent = change.Revision;
                if (output.UnflushedBytes > 1 << 16) await output.FlushAsync(ct).ConfigureAwait(false);
            }

            if (!over && bookmarks.Take()) frames.Bookmark(output, Math.Max(sent, store.SentUpTo(subscription)), initialEventsEnd: false);
            if (output.UnflushedBytes > 0) await output.FlushAsync(ct).ConfigureAwait(false);
            // The time asked for is over, or the watcher was too slow: the stream ends normally.
            if (over) return;
        }
    }
}
