using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using VWorkspace.Kubernetes.InMemory.Authorization;
using VWorkspace.Kubernetes.InMemory.Builtins;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Http.Protobuf;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;

namespace VWorkspace.Kubernetes.InMemory.Http;

/// <summary>Answers requests for stored resources: one method per verb.</summary>
internal sealed class ResourceEndpoint(ApiCore core)
{
    private readonly ObjectResponder _responder = new(core.Time);
    private readonly PatchEndpoint _patches = new(core);

    public async Task HandleAsync(HttpContext http, RequestInfo info, UserInfo user, CancellationToken ct)
    {
        var type = core.Registry.Find(info.Group, info.Version, info.Resource);
        if (type is null)
        {
            await ObjectResponder.WriteTextAsync(http, 404, "404 page not found\n", ct).ConfigureAwait(false);
            return;
        }

        var verb = info.Verb;
        var subresource = info.Subresource.Length == 0 ? null : type.FindSubresource(info.Subresource);
        if (!HasRoute(type, info, subresource))
        {
            if (type.IsCustom && info.Subresource.Length > 0) throw StatusErrors.NotFound(type.Resource, info.Name);
            await ObjectResponder.WriteTextAsync(http, 404, "404 page not found\n", ct).ConfigureAwait(false);
            return;
        }

        CheckMethod(type, info, subresource);
        if (type.StorageKey == ApiServiceCatalog.StorageKey) await ApiServiceCatalog.SyncAsync(core, ct).ConfigureAwait(false);
        var format = _responder.Negotiate(http);
        var ns = type.Namespaced ? info.Namespace : "";
        var options = WriteOptionsReader.Read(http, info, user);
        try
        {
            if (PodStreams.Owns(type, info.Subresource))
            {
                await PodStreams.HandleAsync(http, core.Store, ns, info, ct).ConfigureAwait(false);
                return;
            }

            if (core.Special.Find(type, info.Subresource, verb) is { } special)
            {
                var body = await BodyReader.ReadAsync(http, ct).ConfigureAwait(false);
                var result = await special(new SpecialRequest(type, ns, info.Name, verb, body, BodyReader.MediaType(http), options, http.Request.Query), ct).ConfigureAwait(false);
                AddWarnings(http, options);
                await _responder.WriteObjectAsync(http, type, result.Object, result.Created ? 201 : 200, format, ct).ConfigureAwait(false);
                return;
            }

            await (verb switch
            {
                "get" => GetAsync(http, type, ns, info.Name, format, ct),
                "list" => _responder.WriteListAsync(http, type, core.Lists.List(type, ns, ListQuery.Parse(http.Request.Query, type)), format, ct),
                "watch" when WebSocketWatch.IsRequested(http) => WebSocketWatch.RunAsync(http, gone => core.Watches.StreamAsync(http, type, ns, ListQuery.Parse(http.Request.Query, type), format, gone), ct),
                "watch" => core.Watches.StreamAsync(http, type, ns, ListQuery.Parse(http.Request.Query, type), format, ct),
                "create" => CreateAsync(http, type, ns, options, format, ct),
                "update" => UpdateAsync(http, type, ns, info, options, format, ct),
                "patch" => PatchAsync(http, type, ns, info, options, format, ct),
                "delete" => DeleteAsync(http, type, ns, info.Name, options, format, ct),
                _ => DeleteCollectionAsync(http, type, ns, options, format, ct),
            }).ConfigureAwait(false);
        }
        catch (StatusException)
        {
            AddWarnings(http, options);
            throw;
        }
    }

    /// <summary>A request whose path does not fit the scope or the subresources of the resource reaches no route.</summary>
    private static bool HasRoute(ResourceType type, RequestInfo info, Subresource? subresource)
    {
        if (info.Subresource.Length > 0 && subresource is null) return false;
        if (!type.Namespaced) return info.Namespace.Length == 0 || info.Resource == "namespaces";
        if (info.Namespace.Length > 0 || info.Verb is "list" or "watch" || type.Strategy.IsReview) return true;
        // Across namespaces built-in kinds have a route for lists, which refuses other methods; custom kinds have none at all.
        return !type.IsCustom && info.Name.Length == 0;
    }

    private static void CheckMethod(ResourceType type, RequestInfo info, Subresource? subresource)
    {
        var verb = info.Verb;
        if (info.Name.Length == 0 && verb is "update" or "patch") throw type.IsCustom ? StatusErrors.BadRequest("name must be provided") : StatusErrors.MethodNotAllowed();
        if (!(subresource?.Verbs ?? type.Verbs).Contains(verb, StringComparer.Ordinal))
            throw type.IsCustom ? StatusErrors.MethodNotSupported(type.Resource, verb) : StatusErrors.MethodNotAllowed();
        if (type.IsCustom || type.Strategy.IsReview) return;
        var namedCreate = verb == "create" && info.Name.Length > 0 && subresource is null;
        var acrossNamespaces = type.Namespaced && info.Namespace.Length == 0 && verb is not ("list" or "watch");
        if (namedCreate || acrossNamespaces) throw StatusErrors.MethodNotAllowed();
    }

    private async Task GetAsync(HttpContext http, ResourceType type, string ns, string name, AcceptedFormat format, CancellationToken ct)
    {
        if (ListQuery.ParseRevision(http.Request.Query["resourceVersion"].ToString()) is { } wanted && wanted > core.Store.Revision)
            throw StatusErrors.TooLargeResourceVersion(wanted, core.Store.Revision);
        var stored = core.Store.Find(type.StorageKey, ns, name) ?? throw StatusErrors.NotFound(type.Resource, name);
        await _responder.WriteStoredAsync(http, type, ObjectReader.View(type, stored), format, ct).ConfigureAwait(false);
    }

    private async Task CreateAsync(HttpContext http, ResourceType type, string ns, WriteParameters options, AcceptedFormat format, CancellationToken ct)
    {
        var body = await BodyReader.ReadAsync(http, ct).ConfigureAwait(false);
        var obj = BodyReader.Decode(type, body, BodyReader.MediaType(http), options);
        var result = await core.Writer.CreateAsync(type, ns, obj, options, ct).ConfigureAwait(false);
        await WriteResultAsync(http, type, result, options, format, ct).ConfigureAwait(false);
    }

    private async Task UpdateAsync(HttpContext http, ResourceType type, string ns, RequestInfo info, WriteParameters options, AcceptedFormat format, CancellationToken ct)
    {
        var body = await BodyReader.ReadAsync(http, ct).ConfigureAwait(false);
        var obj = BodyReader.Decode(type, body, BodyReader.MediaType(http), options);
        var source = new UpdateSource { Change = _ => obj.Copy(), MakeNew = () => obj.Copy(), Uid = obj.Uid() };
        var result = await core.Writer.UpdateAsync(type, ns, info.Name, info.Subresource, source, options, ct).ConfigureAwait(false);
        await WriteResultAsync(http, type, result, options, format, ct).ConfigureAwait(false);
    }

    private async Task PatchAsync(HttpContext http, ResourceType type, string ns, RequestInfo info, WriteParameters options, AcceptedFormat format, CancellationToken ct)
    {
        var body = await BodyReader.ReadAsync(http, ct).ConfigureAwait(false);
        var result = await _patches.PatchAsync(type, ns, info.Name, info.Subresource, BodyReader.MediaType(http), body, options, ct).ConfigureAwait(false);
        await WriteResultAsync(http, type, result, options, format, ct).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext http, ResourceType type, string ns, string name, WriteParameters options, AcceptedFormat format, CancellationToken ct)
    {
        var request = await ReadDeleteAsync(http, type, options, ct).ConfigureAwait(false);
        var result = await core.Deleter.DeleteAsync(type, ns, name, request, options, ct).ConfigureAwait(false);
        AddWarnings(http, options);
        if (!result.Gone || type.Strategy.ReturnsDeletedObject) await _responder.WriteObjectAsync(http, type, result.Object, 200, format, ct).ConfigureAwait(false);
        else await ObjectResponder.WriteAsync(http, 200, CanonicalJson.Write(StatusErrors.Success(name, type.Resource, result.Object.Uid())), format.Yaml, ct).ConfigureAwait(false);
    }

    private async Task DeleteCollectionAsync(HttpContext http, ResourceType type, string ns, WriteParameters options, AcceptedFormat format, CancellationToken ct)
    {
        var list = ListQuery.Parse(http.Request.Query, type);
        var request = await ReadDeleteAsync(http, type, options, ct).ConfigureAwait(false);
        var page = core.Lists.List(type, ns, list);
        foreach (var item in page.Items)
        {
            try
            {
                await core.Deleter.DeleteAsync(type, item.Namespace, item.Name, request, options, ct).ConfigureAwait(false);
            }
            catch (StatusException e) when (e.Code == 404)
            {
                // Somebody else deleted it between the list and now.
            }
        }

        AddWarnings(http, options);
        await _responder.WriteListAsync(http, type, page with { Revision = core.Store.Revision }, format, ct).ConfigureAwait(false);
    }

    private static async Task<DeleteRequest> ReadDeleteAsync(HttpContext http, ResourceType type, WriteParameters options, CancellationToken ct)
    {
        var body = await BodyReader.ReadAsync(http, ct).ConfigureAwait(false);
        JsonObject? parsed = null;
        if (body.Length > 0 && BodyReader.MediaType(http) == ProtobufBody.MediaType)
        {
            parsed = BodyReader.ParseProtobuf(type, body);
        }
        else if (body.Length > 0)
        {
            if (GoJsonSyntax.Describe(body) is { } problem) throw StatusErrors.Unclassified("couldn't get version/kind; json parse error: " + problem);
            parsed = JsonTreeReader.Parse(body) as JsonObject;
        }

        // Options come from the body or, when there is none, from the query; never from both.
        var request = parsed is not null ? DeleteRequest.From(parsed) : DeleteRequest.From(http.Request.Query);
        options.Warnings.AddRange(type.Strategy.DeleteWarnings(request));
        return request.Check();
    }

    private async Task WriteResultAsync(HttpContext http, ResourceType type, WriteResult result, WriteParameters options, AcceptedFormat format, CancellationToken ct)
    {
        AddWarnings(http, options);
        await _responder.WriteObjectAsync(http, type, result.Object, result.Created ? 201 : 200, format, ct).ConfigureAwait(false);
    }

    private static void AddWarnings(HttpContext http, WriteParameters options)
    {
        foreach (var warning in options.Warnings.Distinct(StringComparer.Ordinal))
            http.Response.Headers.Append("Warning", $"299 - \"{warning.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
    }
}
