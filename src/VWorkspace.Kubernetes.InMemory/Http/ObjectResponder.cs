using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;
using VWorkspace.Kubernetes.InMemory.Storage;
using VWorkspace.Kubernetes.InMemory.Tables;
using VWorkspace.Kubernetes.Yaml;

namespace VWorkspace.Kubernetes.InMemory.Http;

/// <summary>Writes objects, lists and errors in the representation that was negotiated.</summary>
internal sealed class ObjectResponder(TimeProvider time)
{
    private const string JsonType = "application/json";

    public AcceptedFormat Negotiate(HttpContext http)
    {
        var format = AcceptedFormat.Parse(http.Request.Headers.Accept.ToString()) ?? throw StatusErrors.NotAcceptable(AcceptedFormat.Supported);
        if (format.Shape == ResponseShape.Table && IncludeObject(http) is not ("Object" or "Metadata" or "None") and var include)
            throw StatusErrors.BadRequest($"Unable to convert to Table as requested: includeObject: Invalid value: {FieldCause.Quote(include)}: must be 'Metadata', 'Object', 'None', or empty");
        return format;
    }

    public async Task WriteObjectAsync(HttpContext http, ResourceType type, JsonObject obj, int code, AcceptedFormat format, CancellationToken ct)
    {
        if (format.Shape == ResponseShape.PartialMetadataList)
            throw StatusErrors.NotAcceptableShape($"you requested PartialObjectMetadataList, but the requested object is not a list ({GoType(type, type.Kind)})");
        var node = format.Shape switch
        {
            ResponseShape.Table => TableBuilder.Build(type, [obj], "", null, obj.ResourceVersion(), IncludeObject(http), format.Version, time, includeColumns: true),
            ResponseShape.PartialMetadata => PartialMetadata(obj, format.Version),
            _ => obj,
        };
        await WriteAsync(http, code, CanonicalJson.Write(node), format.Yaml, ct).ConfigureAwait(false);
    }

    public async Task WriteStoredAsync(HttpContext http, ResourceType type, StoredObject stored, AcceptedFormat format, CancellationToken ct)
    {
        if (format is { Shape: ResponseShape.Object, Yaml: false }) await WriteAsync(http, 200, stored.Utf8, false, ct).ConfigureAwait(false);
        else await WriteObjectAsync(http, type, stored.Node, 200, format, ct).ConfigureAwait(false);
    }

    public async Task WriteListAsync(HttpContext http, ResourceType type, ListPage page, AcceptedFormat format, CancellationToken ct)
    {
        if (format.Shape == ResponseShape.PartialMetadata)
            throw StatusErrors.NotAcceptableShape($"you requested PartialObjectMetadata, but the requested object is a list ({GoType(type, type.IsCustom ? "List" : type.ListKind)})");
        if (format is { Shape: ResponseShape.Object, Yaml: false })
        {
            Start(http, 200, JsonType);
            if (GzipBody.IsWanted(http, page.Items.Sum(i => (long)i.Utf8.Length)))
            {
                var whole = new ArrayBufferWriter<byte>(GzipBody.Threshold);
                WriteListBytes(whole, type, page);
                await http.Response.BodyWriter.WriteAsync(GzipBody.Compress(http, whole.WrittenSpan), ct).ConfigureAwait(false);
                return;
            }

            WriteListBytes(http.Response.BodyWriter, type, page);
            await http.Response.BodyWriter.FlushAsync(ct).ConfigureAwait(false);
            return;
        }

        var revision = ListReader.Text(page.Revision);
        JsonObject node;
        if (format.Shape == ResponseShape.Table)
        {
            node = TableBuilder.Build(type, page.Items.Select(i => i.Node), page.Continue, page.Remaining, revision, IncludeObject(http), format.Version, time, includeColumns: true);
        }
        else
        {
            var metadata = new JsonObject { ["resourceVersion"] = revision };
            if (page.Continue.Length > 0) metadata["continue"] = page.Continue;
            if (page.Remaining is { } remaining) metadata["remainingItemCount"] = remaining;
            node = format.IsMetadataOnly
                ? new JsonObject { ["kind"] = "PartialObjectMetadataList", ["apiVersion"] = "meta.k8s.io/" + format.Version, ["metadata"] = metadata, ["items"] = new JsonArray([.. page.Items.Select(i => (JsonNode)PartialMetadata(i.Node, format.Version))]) }
                : new JsonObject { ["kind"] = type.ListKind, ["apiVersion"] = type.ApiVersion, ["metadata"] = metadata, ["items"] = new JsonArray([.. page.Items.Select(i => i.Node.DeepClone())]) };
        }

        await WriteAsync(http, 200, CanonicalJson.Write(node), format.Yaml, ct).ConfigureAwait(false);
    }

    public static async Task WriteErrorAsync(HttpContext http, StatusException error, CancellationToken ct)
    {
        if (error.RetryAfterSeconds is { } seconds) http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        await WriteAsync(http, error.Code, CanonicalJson.Write(error.Status), false, ct).ConfigureAwait(false);
    }

    public static async Task WriteTextAsync(HttpContext http, int code, string text, CancellationToken ct)
    {
        Start(http, code, "text/plain; charset=utf-8");
        await http.Response.WriteAsync(text, ct).ConfigureAwait(false);
    }

    public static async Task WriteAsync(HttpContext http, int code, byte[] json, bool yaml, CancellationToken ct, string contentType = JsonType)
    {
        if (yaml)
        {
            json = Encoding.UTF8.GetBytes(KubernetesYaml.Write(JsonNode.Parse(json)));
            contentType = "application/yaml";
        }

        Start(http, code, contentType);
        if (GzipBody.IsWanted(http, json.Length)) json = GzipBody.Compress(http, json);
        http.Response.ContentLength = json.Length;
        if (HttpMethods.IsHead(http.Request.Method)) return;
        await http.Response.BodyWriter.WriteAsync(json, ct).ConfigureAwait(false);
    }

    public static JsonObject PartialMetadata(JsonObject obj, string version) =>
        new() { ["kind"] = "PartialObjectMetadata", ["apiVersion"] = "meta.k8s.io/" + version, ["metadata"] = obj["metadata"]?.DeepClone() };

    /// <summary>The Go type that holds the kind in the real server.</summary>
    private static string GoType(ResourceType type, string kind) => type.IsCustom ? "*unstructured.Unstructured" + (kind == "List" ? kind : "")
        : $"*{(type.Resource.Group.Length == 0 ? "core" : type.Resource.Group.Split('.')[0])}.{kind}";

    /// <summary>What table rows carry: None, Metadata (the default) or Object.</summary>
    public static string IncludeObject(HttpContext http) => http.Request.Query["includeObject"].ToString() is { Length: > 0 } value ? value : "Metadata";

    public static void Start(HttpContext http, int code, string contentType)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = contentType;
        http.Response.Headers.CacheControl = "no-cache, private";
    }

    private static void WriteListBytes(IBufferWriter<byte> writer, ResourceType type, ListPage page)
    {
        Write(writer, $"{{\"apiVersion\":\"{type.ApiVersion}\",\"kind\":\"{type.ListKind}\",\"metadata\":{{");
        // Lists of custom resources always carry the continue member; typed lists leave an empty one out.
        if (page.Continue.Length > 0 || type.IsCustom) Write(writer, $"\"continue\":\"{page.Continue}\",");
        if (page.Remaining is { } remaining) Write(writer, string.Create(CultureInfo.InvariantCulture, $"\"remainingItemCount\":{remaining},"));
        Write(writer, string.Create(CultureInfo.InvariantCulture, $"\"resourceVersion\":\"{page.Revision}\"}},\"items\":["));
        var first = true;
        foreach (var item in page.Items)
        {
            if (!first) writer.Write(","u8);
            first = false;
            if (type.IsCustom)
            {
                writer.Write(item.Utf8);
            }
            else
            {
                writer.Write("{"u8);
                writer.Write(item.Utf8.AsSpan(item.BodyOffset));
            }
        }

        writer.Write("]}"u8);
    }

    private static void Write(IBufferWriter<byte> writer, string text) => Encoding.UTF8.GetBytes(text, writer);
}
