using Microsoft.Extensions.Logging;

namespace VWorkspace.Kubernetes.InMemory;

/// <summary>How an <see cref="InMemoryApiServer"/> behaves. Immutable; the defaults suit tests and laptops.</summary>
public sealed record InMemoryApiServerOptions
{
    /// <summary>The loopback port; 0 (the default) lets the system choose a free one.</summary>
    public int Port { get; init; }

    /// <summary>The clock of timestamps, bookmarks and watch timeouts. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The source of uids, generated names, watch timeouts and chance in faults, each drawn independently of the others. Default: seeded with 1, so that runs repeat.</summary>
    public Random Random { get; init; } = new(1);

    /// <summary>How many changes each resource remembers for watches and past lists; older ones get 410. Default 4096.</summary>
    public int HistoryPerResource { get; init; } = 4096;

    /// <summary>How many changes may wait for one watcher before it is disconnected as too slow. Default 4096.</summary>
    public int WatchBuffer { get; init; } = 4096;

    /// <summary>How often watches that allow it get a bookmark. Default one minute, as upstream.</summary>
    public TimeSpan BookmarkInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether dependents are deleted with their owners (the garbage collector of kube-controller-manager). Default true.</summary>
    public bool OwnerGarbageCollection { get; init; } = true;

    /// <summary>Whether deleted namespaces are emptied and removed (the namespace controller). Default true.</summary>
    public bool NamespaceController { get; init; } = true;

    /// <summary>Whether RBAC decides; without it every authenticated user may do everything. Default true.</summary>
    public bool Rbac { get; init; } = true;

    /// <summary>The admin's bearer token; null (the default) makes a random one.</summary>
    public string? Token { get; init; }

    /// <summary>How many requests the log keeps for assertions. Default 10 000; 0 keeps none.</summary>
    public int RequestLogSize { get; init; } = 10_000;

    /// <summary>Finds where a webhook's service really listens, by namespace, name and port; null (the default) finds none. Webhooks with a URL need no resolver.</summary>
    public Func<string, string, int, Uri?>? ResolveWebhookService { get; init; }

    /// <summary>A path, e.g. <c>/control</c>, under which faults can be injected over HTTP by the admin; null (the default) for none.</summary>
    public string? ControlPath { get; init; }

    /// <summary>Where the server logs faults of its own; null (the default) for nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>Throws when a setting makes no sense; the message names it.</summary>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Port);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Port, 65535);
        ArgumentOutOfRangeException.ThrowIfLessThan(HistoryPerResource, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(WatchBuffer, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(RequestLogSize);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(BookmarkInterval, TimeSpan.Zero);
    }
}
