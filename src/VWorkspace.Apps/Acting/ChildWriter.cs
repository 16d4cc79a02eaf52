using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using VWorkspace.Api;
using VWorkspace.Apps.Deciding;
using VWorkspace.Apps.Flux;
using VWorkspace.Apps.Observing;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Acting;

/// <summary>
/// Carries the steps of a plan out, in order. Stops at the first write that fails, so that a release is never written over a source that is
/// not there. Every step can be repeated.
/// </summary>
internal sealed partial class ChildWriter(IKubernetesClient client, ILogger<ChildWriter> log)
{
    /// <summary>What stands after the writes, and how they went.</summary>
    internal sealed record Result(Observation Observed, WriteOutcome Outcome);

    public async Task<Result> WriteAsync(Observation observed, ChildPlan plan, CancellationToken cancellationToken)
    {
        var drift = new List<string>();
        foreach (ChildStep step in plan.Steps)
        {
            try
            {
                KubernetesError? error;
                (observed, error) = await WriteAsync(observed, step, cancellationToken).ConfigureAwait(false);
                if (error is null) continue;
                if (IsDrift(step, error)) { drift.AddRange(Conflicts(step, error)); continue; }
                if (step.Kind != StepKind.Apply && error.IsNotFound) continue;
                return new(observed, Failure(step, error) with { Drift = drift });
            }
            catch (KubernetesTransportException fault)
            {
                return new(observed, new() { Result = WriteResult.Failed, Detail = Redactor.Copied(fault.Message), Fault = fault, Drift = drift });
            }
        }

        return new(observed, new() { Drift = drift });
    }

    private async Task<(Observation Observed, KubernetesError? Error)> WriteAsync(Observation observed, ChildStep step, CancellationToken cancellationToken)
    {
        if (step.Kind == StepKind.Delete)
        {
            ApiResult<System.Text.Json.Nodes.JsonObject> deleted = await client.DeleteAsync(
                step.Resource, step.Key, new() { Uid = step.Uid, PropagationPolicy = "Background" }, cancellationToken).ConfigureAwait(false);
            if (deleted.Error is null) AppliedLog.Applied(log, step.Resource.Kind.Kind, step.Key.Namespace, step.Key.Name, "delete");
            return (observed, deleted.Error);
        }

        (Patch patch, WriteOptions options) = step.Kind switch
        {
            StepKind.Command => (Patch.Merge(step.Body!), new WriteOptions { FieldManager = FieldManagers.Operator }),
            StepKind.Suspend or StepKind.Resume => (Patch.Apply(step.Body!), new WriteOptions { FieldManager = FieldManagers.Suspension, Force = true }),
            _ => (Patch.Apply(step.Body!), new WriteOptions { FieldManager = FieldManagers.Operator, Force = step.Force }),
        };
        string operation = step.Creates ? "create" : "update";
        if (step.Resource is KubernetesResource<HelmRelease> release)
        {
            ApiResult<HelmRelease> answer = await client.PatchAsync(release, step.Key, patch, options, cancellationToken).ConfigureAwait(false);
            if (!answer.TryGet(out HelmRelease? written, out KubernetesError? error)) return (observed, error);
            AppliedLog.Applied(log, step.Resource.Kind.Kind, step.Key.Namespace, step.Key.Name, operation);
            return (observed with { Release = written }, null);
        }

        var sources = (KubernetesResource<ChartSource>)step.Resource;
        ApiResult<ChartSource> source = await client.PatchAsync(sources, step.Key, patch, options, cancellationToken).ConfigureAwait(false);
        if (!source.TryGet(out ChartSource? stored, out KubernetesError? refusal)) return (observed, refusal);
        AppliedLog.Applied(log, step.Resource.Kind.Kind, step.Key.Namespace, step.Key.Name, operation);
        return (observed with { Source = stored }, null);
    }

    private static bool IsDrift(ChildStep step, KubernetesError error) => step is { Kind: StepKind.Apply, Force: false } && error.IsConflict;

    private static IEnumerable<string> Conflicts(ChildStep step, KubernetesError error)
    {
        string kind = step.Resource.Kind.Kind;
        if (error.Status.Details is not { Causes: { Count: > 0 } causes }) return [$"{kind}: {Redactor.Copied(error.Message)}"];
        return causes.Select(cause => $"{kind} {cause.Field.TrimStart('.')} by {Manager(cause.Message)}").Distinct(StringComparer.Ordinal);
    }

    // conflict with "kubectl-edit" using helm.toolkit.fluxcd.io/v2 at ...
    private static string Manager(string message)
    {
        Match match = QuotedName().Match(message);
        return match.Success ? Redactor.Copied(match.Groups["name"].Value) : "another manager";
    }

    private static WriteOutcome Failure(ChildStep step, KubernetesError error)
    {
        string detail = $"{step.Resource.Kind.Kind} {step.Key.Name}: {Redactor.Copied(error.Message)}";
        bool policy = error.IsForbidden || error.Message.Contains("admission webhook", StringComparison.Ordinal)
            || error.Message.Contains("ValidatingAdmissionPolicy", StringComparison.Ordinal);
        WriteResult result = policy && error.Code is 403 or 400 or 422 && (policy || error.Code == 403) ? WriteResult.Denied
            : error.Code is 400 or 422 ? WriteResult.Refused
            : WriteResult.Failed;
        return new() { Result = result, Detail = detail, Fault = new KubernetesApiException(error), RetryAfter = error.RetryAfter ?? TimeSpan.Zero };
    }

    [GeneratedRegex("\"(?<name>[^\"]+)\"", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex QuotedName();}
