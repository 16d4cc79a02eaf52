using System.Runtime.InteropServices;
using VWorkspace.Api;
using VWorkspace.Apps.Observing;

namespace VWorkspace.Apps.Deciding;

/// <summary>How the writes to the children went.</summary>
internal sealed record WriteOutcome
{
    public static WriteOutcome Written { get; } = new();

    public WriteResult Result { get; init; } = WriteResult.Written;

    /// <summary>The API server's text; redacted.</summary>
    public string Detail { get; init; } = string.Empty;

    /// <summary>Fields of others that an unforced apply met, with their managers; empty when there is no drift.</summary>
    public IReadOnlyList<string> Drift { get; init; } = [];

    /// <summary>The fault behind <see cref="WriteResult.Failed"/>, for the controller's log.</summary>
    public Exception? Fault { get; init; }

    /// <summary>The server's wish when to come back; zero when it has none.</summary>
    public TimeSpan RetryAfter { get; init; }
}

/// <summary>How the writes to the children ended.</summary>
internal enum WriteResult
{
    /// <summary>Everything stands as planned; also when nothing had to be written.</summary>
    Written,

    /// <summary>Not allowed: RBAC or an admission policy.</summary>
    Denied,

    /// <summary>The API server does not take the object.</summary>
    Refused,

    /// <summary>Anything else; may heal.</summary>
    Failed,
}

/// <summary>When to look again.</summary>
internal enum NextPassKind
{
    /// <summary>Only when something changes.</summary>
    OnChange,

    /// <summary>After a time at the latest.</summary>
    After,

    /// <summary>With the back-off of the key.</summary>
    BackOff,
}

/// <summary>When to look again.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct NextPass(NextPassKind Kind, TimeSpan Delay = default)
{
    public static NextPass OnChange => new(NextPassKind.OnChange);

    public static NextPass BackOff => new(NextPassKind.BackOff);

    public static NextPass After(TimeSpan delay) => new(NextPassKind.After, delay < TimeSpan.Zero ? TimeSpan.Zero : delay);
}

/// <summary>The second decision of a pass: what the status says, what is reported beyond transitions, when to look again.</summary>
internal sealed record StatusDecision
{
    /// <summary>Conditions to set; types that are not named stay as they are.</summary>
    public required IReadOnlyList<DesiredCondition> Conditions { get; init; }

    public long? ObservedGeneration { get; init; }

    public NamespacedName? HelmReleaseRef { get; init; }

    public ChartReference? LastAppliedChart { get; init; }

    public IReadOnlyList<ApplicationEndpoint>? Endpoints { get; init; }

    /// <summary>This pass took a generation up for the first time.</summary>
    public bool Started { get; init; }

    /// <summary>The release moved from one revision to another, or null.</summary>
    public (int? From, int To)? Upgraded { get; init; }

    public required NextPass Next { get; init; }

    public PassMemory Memory { get; init; } = PassMemory.Empty;

    /// <summary>False when the conditions have to stay as they are because the world is not known well enough.</summary>
    public bool WritesStatus { get; init; } = true;
}
