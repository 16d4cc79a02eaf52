using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.ManagedFields;

/// <summary>
/// Lets <c>kubectl apply --server-side</c> take over what <c>kubectl apply</c> wrote, and keeps the annotation of the latter up to date
/// (upstream: <c>lastappliedmanager.go</c> and <c>lastappliedupdater.go</c>). Only the manager named <c>kubectl</c> is treated so.
/// </summary>
internal static class LastAppliedMigration
{
    /// <summary>Where client-side apply keeps the configuration.</summary>
    public const string Annotation = "kubectl.kubernetes.io/last-applied-configuration";

    private const string Kubectl = "kubectl";
    private const int TotalAnnotationSizeLimit = 256 * 1024;

    /// <summary>Continues an apply whose outcome is known.</summary>
    public static ApplyOutcome Continue(ApplyOutcome outcome, ApplyOperation operation, JsonObject? live, JsonObject patch, FieldManagerRequest request)
    {
        if (request.Manager != Kubectl || live is null)
        {
            return outcome;
        }

        if (outcome is ApplyOutcome.Conflict && AllowedConflicts(live, request) is { } allowed)
        {
            var remaining = operation.Conflicts
                .Select(c => new KeyValuePair<ManagerKey, FieldSet>(c.Key, c.Value.Except(allowed)))
                .Where(c => !c.Value.IsEmpty)
                .ToList();
            outcome = remaining.Count > 0 ? ApplyOperation.Conflict(remaining) : operation.Run(force: true);
        }

        return outcome is ApplyOutcome.Merged merged ? SyncAnnotation(merged, live, patch) : outcome;
    }

    /// <summary>What client-side apply wrote and nobody changed since; null when there is nothing to go by.</summary>
    private static FieldSet? AllowedConflicts(JsonObject live, FieldManagerRequest request)
    {
        if (ReadAnnotation(live) is not { Length: > 0 } text)
        {
            return null;
        }

        JsonObject? lastApplied;
        try
        {
            lastApplied = JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }

        if (lastApplied is null
            || lastApplied["apiVersion"] is not JsonValue version || version.GetValueKind() != JsonValueKind.String || version.GetValue<string>() != request.ApiVersion
            || TypedValidator.Check(lastApplied, request.Schema, allowDuplicates: false) is not null)
        {
            return null;
        }

        var comparison = TypedComparison.Between(lastApplied, live, request.Schema);
        return TypedFields.Of(lastApplied, request.Schema).Except(comparison.Modified).Except(comparison.Added).Except(comparison.Removed);
    }

    private static ApplyOutcome.Merged SyncAnnotation(ApplyOutcome.Merged outcome, JsonObject live, JsonObject patch)
    {
        if (ReadAnnotation(outcome.Object) is not { Length: > 0 })
        {
            return outcome;
        }

        var configuration = (JsonObject)patch.DeepClone();
        if (configuration["metadata"] is JsonObject metadata && metadata["annotations"] is JsonObject own)
        {
            own.Remove(Annotation);
        }

        var text = new StringBuilder();
        GoText.AppendJson(text, configuration);
        var annotations = (JsonObject)outcome.Object["metadata"]!["annotations"]!;
        annotations[Annotation] = text.Append('\n').ToString();
        if (annotations.Sum(a => Encoding.UTF8.GetByteCount(a.Key) + Encoding.UTF8.GetByteCount(a.Value?.ToString() ?? string.Empty)) > TotalAnnotationSizeLimit)
        {
            // Too large to keep: upstream drops it rather than fail the apply.
            annotations.Remove(Annotation);
        }

        return outcome with { IsUnchanged = outcome.IsUnchanged && JsonNode.DeepEquals(live, outcome.Object) };
    }

    private static string? ReadAnnotation(JsonObject value) =>
        value["metadata"] is JsonObject metadata && metadata["annotations"] is JsonObject annotations
        && annotations[Annotation] is JsonValue text && text.GetValueKind() == JsonValueKind.String ? text.GetValue<string>() : null;
}
