using System.Text.Json;
using VWorkspace.Kubernetes;

namespace VWorkspace.Api;

/// <summary>What the operator observed about an <see cref="Operation"/>.</summary>
public sealed record OperationStatus
{
    /// <summary>Generation that the status describes; null before the first pass.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>See <see cref="OperationPhase"/>; empty before the first pass.</summary>
    public string Phase { get => field ?? string.Empty; init; } = string.Empty;

    /// <summary>When the engine's object was created.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the operation ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The engine's object.</summary>
    public EngineReference? EngineRef { get; init; }

    /// <summary>Accepted, Running, Succeeded, Failed, Cancelled, Blocked; see <see cref="OperationConditions"/>.</summary>
    public IReadOnlyList<Condition> Conditions { get => field ?? []; init; } = [];

    /// <summary>Results of the engine: text values, and <c>warnings</c> as a list of texts.</summary>
    public JsonElement? Outputs { get; init; }

    /// <summary>Where the logs are.</summary>
    public LogsReference? LogsRef { get; init; }
}

/// <summary>Points to the object of an engine.</summary>
public sealed record EngineReference
{
    /// <summary>Kind.</summary>
    public string Kind { get => field ?? string.Empty; init; } = string.Empty;

    /// <summary>Name.</summary>
    public string Name { get => field ?? string.Empty; init; } = string.Empty;

    /// <summary>Namespace.</summary>
    public string? Namespace { get; init; }
}

/// <summary>Points to logs.</summary>
public sealed record LogsReference
{
    /// <summary>Pod, Workflow or URL.</summary>
    public string? Kind { get; init; }

    /// <summary>Name of the object.</summary>
    public string? Name { get; init; }

    /// <summary>Namespace of the object.</summary>
    public string? Namespace { get; init; }

    /// <summary>Address.</summary>
    public string? Url { get; init; }
}

/// <summary>Values of <see cref="OperationStatus.Phase"/>.</summary>
public static class OperationPhase
{
    /// <summary>Not started.</summary>
    public const string Pending = "Pending";

    /// <summary>The engine's object exists.</summary>
    public const string Running = "Running";

    /// <summary>Ended well.</summary>
    public const string Succeeded = "Succeeded";

    /// <summary>Ended in a failure.</summary>
    public const string Failed = "Failed";

    /// <summary>Ended by a person or by another operation.</summary>
    public const string Cancelled = "Cancelled";

    /// <summary>True for the three ends, which never change again.</summary>
    public static bool IsTerminal(string? phase) => phase is Succeeded or Failed or Cancelled;

    /// <summary>True before the start: empty or Pending.</summary>
    public static bool IsNotStarted(string? phase) => string.IsNullOrEmpty(phase) || phase == Pending;
}
