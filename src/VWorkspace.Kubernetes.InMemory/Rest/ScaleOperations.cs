using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Http;
using VWorkspace.Kubernetes.InMemory.Http.Protobuf;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.Patches;

namespace VWorkspace.Kubernetes.InMemory.Rest;

/// <summary>The scale subresource of workloads and of custom resources that declare one.</summary>
internal sealed class ScaleOperations(ApiCore core)
{
    public async Task<WriteResult> HandleAsync(SpecialRequest request, CancellationToken ct)
    {
        var type = request.Type;
        var paths = type.Strategy.Scale ?? throw StatusErrors.NotFound(type.Resource, request.Name);
        var stored = core.Store.Find(type.StorageKey, request.Namespace, request.Name) ?? throw StatusErrors.NotFound(type.Resource, request.Name);
        if (request.Verb == "get") return new WriteResult(Describe(ObjectReader.View(type, stored).Node, paths), false);

        var source = new UpdateSource
        {
            Change = live =>
            {
                var scale = Change(request, Describe(live, paths));
                var version = scale.ResourceVersion();
                if (version.Length > 0 && version != live.ResourceVersion()) throw StatusErrors.Modified(type.Resource, request.Name);
                var copy = live.Copy();
                Set(copy, paths.Spec, scale["spec"].Number("replicas") ?? 0);
                return copy;
            },
            IsPatch = true,
        };
        var result = await core.Writer.UpdateAsync(type, request.Namespace, request.Name, "", source, request.Options, ct).ConfigureAwait(false);
        return new WriteResult(Describe(result.Object, paths), false);
    }

    private static JsonObject Change(SpecialRequest request, JsonObject scale)
    {
        var parsed = request.MediaType == ProtobufBody.MediaType ? BodyReader.ParseProtobuf(request.Type, request.Body) : JsonTreeReader.Parse(request.Body);
        return request.Verb == "update" ? parsed as JsonObject ?? throw StatusErrors.BadRequest("a Scale is expected")
            : parsed is JsonArray operations ? JsonPatch.Apply(scale, operations).Document as JsonObject ?? throw StatusErrors.Rejected()
            : (JsonObject)JsonMergePatch.Apply(scale, parsed)!;
    }

    private static JsonObject Describe(JsonObject obj, ScalePaths paths)
    {
        var metadata = new JsonObject();
        foreach (var member in (ReadOnlySpan<string>)["name", "namespace", "uid", "resourceVersion", "creationTimestamp"])
            if (obj["metadata"].At(member) is { } value) metadata[member] = value.DeepClone();
        var status = new JsonObject { ["replicas"] = obj.At(paths.Status).AsNumber() ?? 0 };
        var selector = paths.Selector is null ? null : obj.At(paths.Selector);
        var text = selector is JsonObject structured ? Authorization.LabelSelectorJson.Parse(structured).ToString() : selector.AsText();
        if (!string.IsNullOrEmpty(text)) status["selector"] = text;
        return new JsonObject { ["kind"] = "Scale", ["apiVersion"] = "autoscaling/v1", ["metadata"] = metadata, ["spec"] = new JsonObject { ["replicas"] = obj.At(paths.Spec).AsNumber() ?? 0 }, ["status"] = status };
    }

    private static void Set(JsonObject obj, string[] path, long value)
    {
        var node = obj;
        foreach (var step in path.AsSpan(0, path.Length - 1)) node = node.Ensure(step);
        node[path[^1]] = value;
    }
}

/// <summary>Where an object keeps its replicas.</summary>
internal sealed record ScalePaths(string[] Spec, string[] Status, string[]? Selector);
