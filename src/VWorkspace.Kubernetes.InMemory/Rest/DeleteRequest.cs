using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Http;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;

namespace VWorkspace.Kubernetes.InMemory.Rest;

/// <summary>The DeleteOptions of a request, from body and query.</summary>
internal sealed record DeleteRequest
{
    public string? PreconditionUid { get; init; }

    public string? PreconditionResourceVersion { get; init; }

    public string? PropagationPolicy { get; init; }

    public long? GracePeriodSeconds { get; init; }

    public bool? OrphanDependents { get; init; }

    public IReadOnlyList<string> DryRunModes { get; init; } = [];

    public bool DryRun => DryRunModes.Count > 0;

    public static DeleteRequest From(JsonObject? body) => body is null ? new DeleteRequest() : new DeleteRequest
    {
        PreconditionUid = body["preconditions"].Text("uid"),
        PreconditionResourceVersion = body["preconditions"].Text("resourceVersion"),
        PropagationPolicy = body.Text("propagationPolicy"),
        GracePeriodSeconds = body.Number("gracePeriodSeconds"),
        OrphanDependents = body.Flag("orphanDependents"),
        DryRunModes = [.. body.Items("dryRun").Texts()],
    };

    public static DeleteRequest From(IQueryCollection query) => new()
    {
        PropagationPolicy = query["propagationPolicy"].ToString() is { Length: > 0 } policy ? policy : null,
        GracePeriodSeconds = ListQuery.Number(query["gracePeriodSeconds"]),
        OrphanDependents = ListQuery.Flag(query["orphanDependents"]),
        DryRunModes = [.. query["dryRun"].OfType<string>()],
    };

    /// <summary>The request itself, when its options make sense.</summary>
    public DeleteRequest Check()
    {
        var causes = new List<FieldCause>();
        if (PropagationPolicy is not null && OrphanDependents is not null)
            causes.Add(FieldCause.Invalid("propagationPolicy", PropagationPolicy, "orphanDependents and deletionPropagation cannot be both set"));
        if (PropagationPolicy is not null and not ("Orphan" or "Background" or "Foreground"))
            causes.Add(FieldCause.NotSupported("propagationPolicy", PropagationPolicy, "Foreground", "Background", "Orphan", "nil"));
        if (DryRunModes.Any(m => m != "All")) causes.Add(FieldCause.NotSupported("dryRun", DryRunModes.First(m => m != "All"), "All"));
        return causes.Count == 0 ? this : throw StatusErrors.Invalid(new GroupResource("meta.k8s.io", "DeleteOptions"), "", causes);
    }
}
