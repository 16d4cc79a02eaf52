using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Authorization;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Http;
using VWorkspace.Kubernetes.InMemory.Http.Protobuf;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;

namespace VWorkspace.Kubernetes.InMemory.Builtins.Pods;

/// <summary>Binding a pod to a node and evicting it from there, subject to disruption budgets.</summary>
internal sealed class PodOperations(ApiCore core)
{
    private const string BudgetKey = "poddisruptionbudgets.policy";

    public void Register(SpecialOperations operations)
    {
        operations.Add("pods", "binding", BindAsync);
        operations.Add("pods", "eviction", EvictAsync);
    }

    private async Task<WriteResult> BindAsync(SpecialRequest request, CancellationToken ct)
    {
        var target = Parse(request)["target"];
        if (target.Text("name") is not { Length: > 0 } node)
            throw StatusErrors.Invalid(new GroupResource("", "Binding"), request.Name, [FieldCause.Required("target.name")]);
        var source = new UpdateSource
        {
            Change = live =>
            {
                if (live.IsBeingDeleted()) throw StatusErrors.Conflict(new GroupResource("", "pods/binding"), request.Name, $"pod {request.Name} is being deleted, cannot be assigned to a host");
                if (live["spec"].Text("nodeName") is { Length: > 0 } bound)
                    throw StatusErrors.Conflict(new GroupResource("", "pods/binding"), request.Name, $"pod {request.Name} is already assigned to node {FieldCause.Quote(bound)}");
                var copy = live.Copy();
                copy.Ensure("spec")["nodeName"] = node;
                var conditions = copy.Ensure("status").Items("conditions") ?? [];
                if (conditions.Parent is null) copy.Ensure("status")["conditions"] = conditions;
                foreach (var stale in conditions.Where(c => c.Text("type") == "PodScheduled").ToList()) conditions.Remove(stale);
                conditions.Add(new JsonObject { ["type"] = "PodScheduled", ["status"] = "True", ["lastProbeTime"] = null, ["lastTransitionTime"] = Timestamps.Format(core.Time.GetUtcNow()) });
                return copy;
            },
            IsPatch = true,
        };
        await core.Writer.UpdateAsync(request.Type, request.Namespace, request.Name, "binding", source, request.Options, ct).ConfigureAwait(false);
        return Done();
    }

    private async Task<WriteResult> EvictAsync(SpecialRequest request, CancellationToken ct)
    {
        var eviction = Parse(request);
        if (eviction.Name() is { Length: > 0 } given && given != request.Name) throw StatusErrors.BadRequest("name in URL does not match name in Eviction object");
        var pod = core.Store.Find(request.Type.StorageKey, request.Namespace, request.Name) ?? throw StatusErrors.NotFound(request.Type.Resource, request.Name);
        var delete = DeleteRequest.From(eviction["deleteOptions"] as JsonObject).Check();
        if (request.Options.DryRun) delete = delete with { DryRunModes = ["All"] };

        // Pods that have ended, or never began, disrupt nobody.
        if (pod.Node["status"].Text("phase") is not ("Succeeded" or "Failed" or "Pending") && !pod.Node.IsBeingDeleted()) await SpendAsync(request, pod.Node, delete, ct).ConfigureAwait(false);
        await core.Deleter.DeleteAsync(request.Type, request.Namespace, request.Name, delete, request.Options, ct).ConfigureAwait(false);
        return Done();
    }

    /// <summary>Takes the pod from its budget, or refuses.</summary>
    private async Task SpendAsync(SpecialRequest request, JsonObject pod, DeleteRequest delete, CancellationToken ct)
    {
        var labels = pod["metadata"].Child("labels").StringMap();
        var type = core.Registry.FindKind("policy/v1", "PodDisruptionBudget")!;
        var budgets = core.Lists.List(type, request.Namespace, new ListQuery()).Items
            .Where(b => b.Node["spec"].Child("selector") is { } selector && LabelSelectorJson.Matches(selector, labels)).ToList();
        if (budgets.Count == 0) return;
        if (budgets.Count > 1) throw StatusErrors.Of(500, "InternalError", "Internal error occurred: This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.");
        var name = budgets[0].Name;
        var source = new UpdateSource
        {
            Change = live =>
            {
                var status = live["status"];
                if ((status.Number("observedGeneration") ?? 0) < live.Generation())
                    throw Refused($"The disruption budget {name} is still being processed by the server.");
                if (status.Number("disruptionsAllowed") is not > 0)
                    throw Refused(string.Create(CultureInfo.InvariantCulture, $"The disruption budget {name} needs {status.Number("desiredHealthy") ?? 0} healthy pods and has {status.Number("currentHealthy") ?? 0} currently"));
                var copy = live.Copy();
                copy.Ensure("status")["disruptionsAllowed"] = status.Number("disruptionsAllowed") - 1;
                copy.Ensure("status").Ensure("disruptedPods")[request.Name] = Timestamps.Format(core.Time.GetUtcNow());
                return copy;
            },
            IsPatch = true,
        };
        await core.Writer.UpdateAsync(type, request.Namespace, name, "status", source, request.Options with { DryRun = delete.DryRun }, ct).ConfigureAwait(false);
    }

    private static JsonObject Parse(SpecialRequest request) => request.MediaType == ProtobufBody.MediaType
        ? BodyReader.ParseProtobuf(request.Type, request.Body)
        : BodyReader.ParseJson(request.Type, request.Body, null);

    private static StatusException Refused(string why)
    {
        const string message = "Cannot evict pod as it would violate the pod's disruption budget.";
        var details = new JsonObject { ["causes"] = new JsonArray(new JsonObject { ["reason"] = "DisruptionBudget", ["message"] = why }) };
        return StatusErrors.Of(429, "TooManyRequests", message, details);
    }

    private static WriteResult Done() => new(new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Success", ["code"] = 201 }, true);
}
