namespace VWorkspace.Kubernetes;

/// <summary>Which objects a list or watch covers, and how.</summary>
public sealed record ListOptions
{
    /// <summary>Label selector in text form, or null for all.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Field selector in text form, or null for all.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>Resource version to list at; null for the most recent, <c>0</c> for any the server has at hand.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary><c>Exact</c> or <c>NotOlderThan</c>; null leaves it to the server.</summary>
    public string? ResourceVersionMatch { get; init; }

    /// <summary>Most items in one page; null for no paging.</summary>
    public int? Limit { get; init; }

    /// <summary>Token of the next page, from the page before.</summary>
    public string? Continue { get; init; }

    /// <summary>Time the server may take, in whole seconds; null leaves it to the client's time-out.</summary>
    public TimeSpan? Timeout { get; init; }
}

/// <summary>Where a watch starts and what it tells.</summary>
public sealed record WatchOptions
{
    /// <summary>Label selector in text form, or null for all.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Field selector in text form, or null for all.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>Events after this version; null starts with synthetic ADDED events of the present state.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Ask for BOOKMARK events. Default true.</summary>
    public bool AllowBookmarks { get; init; } = true;

    /// <summary>Stream the present state first and end it with an annotated bookmark (WatchList). Default false.</summary>
    public bool SendInitialEvents { get; init; }

    /// <summary>After which time the server ends the watch; null leaves it to the server.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>
    /// Longest time without any byte, after which the stream ends with a <see cref="KubernetesTransportException"/> whose fault is
    /// <see cref="TransportFault.Idle"/>. Null takes <see cref="KubernetesClientOptions.WatchIdleTimeout"/>;
    /// <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> switches it off. Bookmarks (about one a minute) count as signs of life.
    /// </summary>
    public TimeSpan? IdleTimeout { get; init; }
}

/// <summary>How a write is done.</summary>
public sealed record WriteOptions
{
    /// <summary>Name under which the server records ownership of fields.</summary>
    public string? FieldManager { get; init; }

    /// <summary>Take over fields owned by others; only for server-side apply.</summary>
    public bool Force { get; init; }

    /// <summary>Do everything but persist.</summary>
    public bool DryRun { get; init; }

    /// <summary><c>Ignore</c>, <c>Warn</c> or <c>Strict</c>; null leaves it to the server.</summary>
    public string? FieldValidation { get; init; }

    /// <summary>For instance <c>status</c>; null for the object itself.</summary>
    public string? Subresource { get; init; }
}

/// <summary>How an object is deleted.</summary>
public sealed record DeleteOptions
{
    /// <summary>Delete only this incarnation.</summary>
    public string? Uid { get; init; }

    /// <summary>Delete only at this version.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary><c>Background</c>, <c>Foreground</c> or <c>Orphan</c>; null leaves it to the server.</summary>
    public string? PropagationPolicy { get; init; }

    /// <summary>Grace in seconds; null leaves it to the kind.</summary>
    public long? GracePeriodSeconds { get; init; }

    /// <summary>Do everything but delete.</summary>
    public bool DryRun { get; init; }
}
