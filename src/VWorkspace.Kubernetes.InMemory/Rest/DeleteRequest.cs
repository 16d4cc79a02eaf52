using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.Rest;

/// <summary>The DeleteOptions of a request, from body and query.</summary>
internal sealed record DeleteRequest
{
    public string? PreconditionUid { get; init; }

    public string? PreconditionResourceVersion { get; init; }

    public string? PropagationPolicy { get; init; }

    public long? GracePeriodSeconds { get; init; }

    public bool? OrphanDependents { get; init; }

    public bool DryRun { get; init; }

    public static DeleteRequest From(JsonObject? body) => body is null ? new DeleteRequest() : new DeleteRequest
    {
        PreconditionUid = body["preconditions"].Text("uid"),
        PreconditionResourceVersion = body["preconditions"].Text("resourceVersion"),
        PropagationPolicy = body.Text("propagationPolicy"),
        GracePeriodSeconds = body.Number("gracePeriodSeconds"),
        OrphanDependents = body.Flag("orphanDependents"),
        DryRun = body.Items("dryRun").Texts().Contains("All", StringComparer.Ordinal),
    };
}
