using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;
using VWorkspace.Kubernetes.InMemory.Storage;

namespace VWorkspace.Kubernetes.InMemory.Admission;

internal enum AdmissionOperation
{
    Create,
    Update,
    Delete,
    Connect,
}

/// <summary>What admission is asked about.</summary>
internal sealed record AdmissionAttributes(ResourceType Type, string Namespace, string Name, string Subresource, AdmissionOperation Operation, JsonObject? Object, JsonObject? OldObject, WriteParameters Options);

/// <summary>The built-in admission rules, then webhooks.</summary>
internal sealed class AdmissionChain(ObjectStore store, WebhookDispatcher webhooks)
{
    /// <summary>Lets webhooks change the object; the same instance comes back when none did.</summary>
    public async ValueTask<JsonObject> MutateAsync(AdmissionAttributes attributes, CancellationToken ct)
    {
        CheckNamespaceLifecycle(attributes);
        SchedulingAdmission.Apply(attributes, store);
        return await webhooks.MutateAsync(attributes, ct).ConfigureAwait(false);
    }

    public async ValueTask ValidateAsync(AdmissionAttributes attributes, CancellationToken ct)
    {
        CheckProtectedNamespaces(attributes);
        await webhooks.ValidateAsync(attributes, ct).ConfigureAwait(false);
    }

    private static void CheckProtectedNamespaces(AdmissionAttributes attributes)
    {
        if (attributes is { Operation: AdmissionOperation.Delete, Type.Kind: "Namespace", Name: "default" or "kube-system" or "kube-public" })
            throw StatusErrors.Forbidden(attributes.Type.Resource, attributes.Name, "this namespace may not be deleted");
    }

    private void CheckNamespaceLifecycle(AdmissionAttributes attributes)
    {
        var type = attributes.Type;
        if (attributes.Operation != AdmissionOperation.Create || !type.Namespaced || attributes.Namespace.Length == 0) return;
        var ns = store.Find("namespaces", "", attributes.Namespace)
            ?? throw StatusErrors.NotFound(new GroupResource("", "namespaces"), attributes.Namespace);
        if (ns.Node["status"].Text("phase") != "Terminating") return;
        var error = StatusErrors.Forbidden(type.Resource, attributes.Name, $"unable to create new content in namespace {attributes.Namespace} because it is being terminated");
        error.Status["details"]!["causes"] = new JsonArray(new JsonObject { ["reason"] = "NamespaceTerminating", ["message"] = $"namespace {attributes.Namespace} is being terminated", ["field"] = "metadata.namespace" });
        throw error;
    }
}
