using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.Builtins;

/// <summary>What a job's status may say, which upstream checks since controllers other than its own may write it. Most rules hold only for what a write changes.</summary>
internal static class JobStatusRules
{
    public static IEnumerable<FieldCause> Validate(JsonObject job, JsonObject oldJob)
    {
        var (status, old, spec) = (job["status"], oldJob["status"], job["spec"]);
        foreach (var field in (string[])["active", "succeeded", "failed", "ready", "terminating"])
            if (status.Number(field) is { } number and < 0) yield return JobRules.Number("status." + field, number, "must be greater than or equal to 0");

        bool Has(string type) => IsTrue(status, type);
        bool Turned(string type) => Has(type) != IsTrue(old, type);
        bool Changed(string member) => !JsonNode.DeepEquals(status.At(member), old.At(member));
        var (complete, failed, failureTarget, criteriaMet) = (Has("Complete"), Has("Failed"), Has("FailureTarget"), Has("SuccessCriteriaMet"));
        var finished = complete || failed;
        var finishedTurned = finished != (IsTrue(old, "Complete") || IsTrue(old, "Failed"));
        var (completion, start) = (status.Text("completionTime"), status.Text("startTime"));
        var (active, ready, terminating) = (status.Number("active") ?? 0, status.Number("ready"), status.Number("terminating"));

        if ((Turned("Complete") || Turned("Failed")) && complete && failed) yield return Conditions("cannot set Complete=True and Failed=true conditions");
        if ((Turned("Complete") || Turned("FailureTarget")) && complete && failureTarget) yield return Conditions("cannot set Complete=True and FailureTarget=true conditions");
        if ((Turned("Complete") || Changed("completionTime")) && completion is not null && !complete)
            yield return FieldCause.Invalid("status.completionTime", completion, "cannot set completionTime when there is no Complete=True condition");
        if ((Turned("Complete") || Changed("completionTime")) && completion is null && complete) yield return FieldCause.Required("status.completionTime", "completionTime is required for Complete jobs");
        if ((Changed("startTime") || Changed("completionTime")) && start is not null && completion is not null && string.CompareOrdinal(completion, start) < 0)
            yield return FieldCause.Invalid("status.completionTime", completion, "completionTime cannot be set before startTime");
        if ((Turned("Failed") || Turned("FailureTarget")) && failed && !failureTarget) yield return Conditions("cannot set Failed=True condition without the FailureTarget=true condition");
        if ((Turned("Complete") || Turned("SuccessCriteriaMet")) && complete && !criteriaMet) yield return Conditions("cannot set Complete=True condition without the SuccessCriteriaMet=true condition");
        if ((finishedTurned || Changed("active")) && active > 0 && finished) yield return JobRules.Number("status.active", active, "active>0 is invalid for finished job");
        if ((finishedTurned || Changed("startTime")) && start is null && finished) yield return FieldCause.Required("status.startTime", "startTime is required for finished job");
        if ((finishedTurned || Changed("terminating")) && terminating > 0 && finished) yield return JobRules.Number("status.terminating", terminating.Value, "terminating>0 is invalid for finished job");
        if ((Changed("ready") || Changed("active")) && ready > active) yield return JobRules.Number("status.ready", ready.Value, "cannot set more ready pods than active");
        if (criteriaMet && failed) yield return Conditions("cannot set SuccessCriteriaMet=True and Failed=true conditions");
        if (criteriaMet && failureTarget) yield return Conditions("cannot set SuccessCriteriaMet=True and FailureTarget=true conditions");
        if (spec.Child("successPolicy") is not null && !criteriaMet && complete) yield return Conditions("cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True");

        foreach (var type in (string[])["Failed", "Complete", "FailureTarget"])
            if (IsTrue(old, type) && !Has(type)) yield return Conditions($"cannot disable the terminal {type}=True condition");
        foreach (var counter in (string[])["failed", "succeeded"])
            if ((status.Number(counter) ?? 0) < (old.Number(counter) ?? 0) && !(counter == "succeeded" && IsResizedIndexed(job, oldJob)))
                yield return JobRules.Number("status." + counter, status.Number(counter) ?? 0, $"cannot decrease the {counter} counter");
        if (completion is not null && old.Text("completionTime") is { } before && before != completion) yield return FieldCause.Invalid("status.completionTime", completion, "completionTime cannot be mutated");
        if (old.Text("startTime") is { } started && started != start && spec.Flag("suspend") != true) yield return FieldCause.Required("status.startTime", "startTime cannot be removed for unsuspended job");
        if (IsTrue(old, "SuccessCriteriaMet") && !criteriaMet) yield return Conditions("cannot disable the SuccessCriteriaMet=True condition");
        if (IsTrue(old, "Complete") && !IsTrue(old, "SuccessCriteriaMet") && criteriaMet) yield return Conditions("cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions");
    }

    private static bool IsResizedIndexed(JsonObject job, JsonObject old) => job["spec"].Text("completionMode") == "Indexed" && job["spec"].Number("completions") != old["spec"].Number("completions");

    private static bool IsTrue(JsonNode? status, string type) => (status.Items("conditions") ?? []).Any(c => c.Text("type") == type && c.Text("status") == "True");

    private static FieldCause Conditions(string why) => FieldCause.InvalidOmitted("status.conditions", why);
}
