using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.ManagedFields;

/// <summary>What came of an apply.</summary>
internal abstract record ApplyOutcome
{
    private ApplyOutcome()
    {
    }

    /// <summary>The object to persist, with its managed fields.</summary>
    /// <param name="Object">A new object; it shares no nodes with the live object or the patch.</param>
    /// <param name="IsUnchanged">True when it equals the live object, managed fields with their times included.</param>
    public sealed record Merged(JsonObject Object, bool IsUnchanged) : ApplyOutcome;

    /// <summary>Other managers own fields that the patch would change: status 409, reason <c>Conflict</c>, no <c>details</c> but the causes.</summary>
    /// <param name="Message">The message of the Status.</param>
    /// <param name="Causes">The causes, in the order of the message.</param>
    public sealed record Conflict(string Message, IReadOnlyList<FieldManagerConflict> Causes) : ApplyOutcome;

    /// <summary>The patch cannot be merged.</summary>
    /// <param name="Message">The message of the Status.</param>
    /// <param name="StatusCode">400 (reason <c>BadRequest</c>) for a patch that may not be applied; 500 (without a reason) for one that does not fit the schema.</param>
    public sealed record Rejected(string Message, int StatusCode) : ApplyOutcome;
}
