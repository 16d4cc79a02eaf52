using VWorkspace.Kubernetes;

namespace VWorkspace.Api;

/// <summary>
/// Receives what the reconcilers report, after the write that made it true. The agent turns it into events for the control plane. Never
/// blocks and never throws.
/// </summary>
public interface IEventSink
{
    /// <summary>Takes one report.</summary>
    void Report(StateReport report);
}

/// <summary>A sink that forgets everything.</summary>
public sealed class NoEventSink : IEventSink
{
    /// <summary>The only instance that is needed.</summary>
    public static NoEventSink Instance { get; } = new();

    /// <inheritdoc/>
    public void Report(StateReport report) => ArgumentNullException.ThrowIfNull(report);
}

/// <summary>Something that happened to an object of one of the three kinds.</summary>
public sealed record StateReport
{
    /// <summary>Kind of the report for a condition that appeared or changed its status or reason.</summary>
    public const string TransitionKind = "ConditionTransition";

    /// <summary><see cref="TransitionKind"/>, or the reason of the Kubernetes Event of that name, for instance <c>ReconcileSucceeded</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Kind of the object.</summary>
    public required GroupVersionKind ObjectKind { get; init; }

    /// <summary>Namespace and name of the object.</summary>
    public required ObjectKey Key { get; init; }

    /// <summary>UID of the object.</summary>
    public string? Uid { get; init; }

    /// <summary>Generation of the object.</summary>
    public long Generation { get; init; }

    /// <summary>The changed condition as it is stored; for a named report the one that belongs to it. Null when there is none.</summary>
    public Condition? Condition { get; init; }

    /// <summary>Engine detail code, else the reason of the condition, else the kind of the report.</summary>
    public required string Reason { get; init; }

    /// <summary>Text for people; redacted, at most 1 KiB.</summary>
    public required string Message { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>Name of the ApplicationInstance concerned, when there is one.</summary>
    public string? ApplicationInstance { get; init; }

    /// <summary>UID of the Operation concerned, when there is one.</summary>
    public string? OperationId { get; init; }

    /// <summary>Endpoints of an ApplicationInstance that became ready.</summary>
    public IReadOnlyList<ApplicationEndpoint> Endpoints { get; init; } = [];
}
