using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Storage;

namespace VWorkspace.Kubernetes.InMemory.Http;

/// <summary>
/// Logs, exec, attach and port-forward: what the real server answers when the pod is on no node, or on one whose kubelet it cannot reach.
/// There is no kubelet here, so nothing is ever streamed.
/// </summary>
internal static class PodStreams
{
    public static bool Owns(ResourceType type, string subresource) =>
        type is { IsCustom: false, StorageKey: "pods" } && subresource is "log" or "exec" or "attach" or "portforward";

    public static async Task HandleAsync(HttpContext http, ObjectStore store, string ns, RequestInfo info, CancellationToken ct)
    {
        var pod = store.Find("pods", ns, info.Name)?.Node ?? throw StatusErrors.NotFound(new GroupResource("", "pods"), info.Name);
        if (info.Subresource != "portforward") CheckContainer(pod, http.Request.Query["container"].ToString());
        if (pod["spec"].Text("nodeName") is { Length: > 0 } node)
        {
            if (store.Find("nodes", "", node) is null) throw StatusErrors.NotFound(new GroupResource("", "nodes"), node);
            throw StatusErrors.Of(502, "", $"error dialing backend: dial tcp: lookup {node}: no such host");
        }

        if (info.Subresource != "log") throw StatusErrors.BadRequest($"pod {info.Name} does not have a host assigned");
        await ObjectResponder.WriteTextAsync(http, 200, "", ct).ConfigureAwait(false);
    }

    private static void CheckContainer(JsonObject pod, string wanted)
    {
        var names = (IReadOnlyList<string>)[.. Names(pod, "containers"), .. Names(pod, "initContainers"), .. Names(pod, "ephemeralContainers")];
        if (wanted.Length > 0 && !names.Contains(wanted, StringComparer.Ordinal)) throw StatusErrors.BadRequest($"container {wanted} is not valid for pod {pod.Name()}");
        var own = Names(pod, "containers").ToList();
        if (wanted.Length == 0 && own.Count > 1) throw StatusErrors.BadRequest($"a container name must be specified for pod {pod.Name()}, choose one of: [{string.Join(' ', own)}]");
    }

    private static IEnumerable<string> Names(JsonObject pod, string list) => (pod["spec"].Items(list) ?? []).Select(c => c.Text("name") ?? "");
}
