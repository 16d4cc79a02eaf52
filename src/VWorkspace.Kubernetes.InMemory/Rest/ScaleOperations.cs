using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Http;
using VWorkspace.Kubernetes.InMemory.Http.Protobuf;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.Patches;
using VWorkspace.Kubernetes.Yaml;

namespace VWorkspace.Kubernetes.InMemory.Rest;

/// <summary>The scale subresource of workloads and of custom resources that declare one.</summary>
internal sealed class ScaleOperations(ApiCore core)
{
    private const string ApplyType = "application/apply-patch+yaml";

    public async Task<WriteResult> HandleAsync(SpecialRequest request, CancellationToken ct)
    {
        var type = request.Type;
        var paths = type.Strategy.Scale ?? throw StatusErrors.NotFound(type.Resource, request.Name);
        var stored = core.Store.Find(type.StorageKey, request.Namespace, request.Name) ?? throw StatusErrors.NotFound(type.Resource, request.Name);
        if (request.Verb == "get")
        {
            var live = ObjectReader.View(type, stored).Node;
            if (type.IsCustom && live.At(paths.Spec) is null) throw StatusErrors.Internal($"the spec replicas field \".{string.Join('.', paths.Spec)}\" does not exist");
            return new WriteResult(Describe(live, paths), false);
        }

        var source = new UpdateSource
        {
            Change = live => Changed(request, paths, live),
            IsPatch = true,
            TracksOwnership = request.MediaType == ApplyType,
        };
        var result = await core.Writer.UpdateAsync(type, request.Namespace, request.Name, "scale", source, request.Options, ct).ConfigureAwait(false);
        return new WriteResult(Describe(result.Object, paths), false);
    }

    private JsonObject Changed(SpecialRequest request, ScalePaths paths, JsonObject live)
    {
        var (type, current) = (request.Type, Describe(live, paths));
        var scale = Change(request, current);
        Check(request, scale, live);
        var replicas = scale["spec"].Number("replicas") ?? 0;
        if (request.MediaType != ApplyType)
        {
            var copy = live.Copy();
            Set(copy, paths.Spec, replicas);
            return copy;
        }

        // What is applied to the scale is applied to the object's one field: its owners are those of the object, under the name of the subresource.
        var applied = new JsonObject { ["apiVersion"] = type.ApiVersion, ["kind"] = type.Kind, ["metadata"] = new JsonObject { ["name"] = request.Name } };
        if (scale["spec"].Number("replicas") is not null) Set(applied, paths.Spec, replicas);
        return core.Ownership.Apply(type, live, applied, "scale", request.Options);
    }

    private static void Check(SpecialRequest request, JsonObject scale, JsonObject live)
    {
        if (scale.Text("kind") is { Length: > 0 } kind and not "Scale" || scale.Text("apiVersion") is { Length: > 0 } and not "autoscaling/v1")
            throw StatusErrors.BadRequest($"{scale.Text("kind")} in version {FieldCause.Quote((scale.Text("apiVersion") ?? "").Split('/')[^1])} cannot be handled as a Scale: no kind {FieldCause.Quote(scale.Text("kind") ?? "")} is registered for version {FieldCause.Quote(scale.Text("apiVersion") ?? "")}");
        if (scale.Name() is { Length: > 0 } name && name != request.Name) throw StatusErrors.BadRequest($"the name of the object ({name}) does not match the name on the URL ({request.Name})");
        if (scale.Namespace() is { Length: > 0 } ns && ns != request.Namespace) throw StatusErrors.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        if (scale.Uid() is { Length: > 0 } uid && uid != live.Uid())
            throw StatusErrors.Conflict(request.Type.Resource, request.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {live.Uid()}");
        if (scale.ResourceVersion() is { Length: > 0 } version && version != live.ResourceVersion()) throw StatusErrors.Modified(request.Type.Resource, request.Name);
        if (!request.Type.IsCustom && scale["spec"].Number("replicas") is { } replicas and < 0)
            throw StatusErrors.Invalid(new GroupResource("autoscaling", "Scale"), request.Name, [FieldCause.InvalidRaw("spec.replicas", replicas.ToString(CultureInfo.InvariantCulture), "must be greater than or equal to 0")]);
    }

    private static JsonObject Change(SpecialRequest request, JsonObject scale)
    {
        if (request.MediaType == ApplyType) return KubernetesYaml.ParseObject(System.Text.Encoding.UTF8.GetString(request.Body));
        var parsed = JsonTreeReader.Parse(request.Body);
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
