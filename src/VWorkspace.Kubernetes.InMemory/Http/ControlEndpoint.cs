using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using VWorkspace.Kubernetes.InMemory.Authorization;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.Http;

/// <summary>
/// Faults over HTTP, for drivers in other processes. <c>POST PREFIX/faults</c> adds <c>{"match": {"verb", "resource", "group", "namespace", "name", "subresource", "user",
/// "skip", "times", "probability"}, "fault": {"type": "Refuse", ...}}</c>, <c>GET</c> lists, <c>DELETE</c> clears; <c>POST PREFIX/expire-history</c> compacts.
/// </summary>
internal sealed class ControlEndpoint(string prefix, ApiCore core)
{
    public bool Owns(string path) => path.StartsWith(prefix + "/", StringComparison.Ordinal);

    public async Task HandleAsync(HttpContext http, UserInfo user, CancellationToken ct)
    {
        if (!user.IsMaster) throw StatusErrors.Of(403, "Forbidden", "only the admin may inject faults");
        var path = http.Request.Path.Value![prefix.Length..];
        switch (http.Request.Method, path)
        {
            case ("POST", "/faults"):
                var body = JsonTreeReader.Parse(await BodyReader.ReadAsync(http, ct).ConfigureAwait(false)) as JsonObject ?? throw StatusErrors.BadRequest("an object is expected");
                core.Faults.Add(Match(body.Child("match")), FaultOf(body.Child("fault")));
                break;
            case ("DELETE", "/faults"):
                core.Faults.Clear();
                break;
            case ("POST", "/expire-history"):
                core.Store.Compact();
                break;
            case ("GET", "/faults"):
                break;
            default:
                throw StatusErrors.PageNotFound();
        }

        var answer = new JsonObject { ["faults"] = new JsonArray([.. core.Faults.Describe().Select(f => (JsonNode)f)]), ["hits"] = core.Faults.Hits };
        await ObjectResponder.WriteAsync(http, 200, CanonicalJson.Write(answer), false, ct).ConfigureAwait(false);
    }

    private static RequestMatch Match(JsonObject? match) => new()
    {
        Verb = match.Text("verb"),
        Resource = match.Text("resource"),
        Group = match.Text("group"),
        Namespace = match.Text("namespace"),
        Name = match.Text("name"),
        Subresource = match.Text("subresource"),
        User = match.Text("user"),
        Skip = (int)(match.Number("skip") ?? 0),
        Times = (int?)match.Number("times"),
        Probability = match?["probability"] is JsonValue value && value.TryGetValue(out double probability) ? probability : 1,
    };

    private static Fault FaultOf(JsonObject? fault)
    {
        var lines = (int)(fault.Number("lines") ?? 0);
        return fault.Text("type") switch
        {
            "Delay" => new Fault.Delay(TimeSpan.FromMilliseconds(fault.Number("milliseconds") ?? 0)),
            "Refuse" => new Fault.Refuse((int)(fault.Number("code") ?? 500), fault.Text("reason") ?? "", fault.Text("message") ?? "refused by a fault", (int?)fault.Number("retryAfterSeconds")),
            "CutBeforeRequest" => new Fault.CutBeforeRequest(),
            "CutBeforeResponse" => new Fault.CutBeforeResponse(),
            "CutBody" => new Fault.CutBody(lines, (int)(fault.Number("bytes") ?? 0)),
            "CutInsideCharacter" => new Fault.CutInsideCharacter(lines),
            "Stall" => new Fault.Stall(lines),
            "ExpireWatch" => new Fault.ExpireWatch(),
            "DuplicateBookmarks" => new Fault.DuplicateBookmarks(),
            "ReorderBookmarks" => new Fault.ReorderBookmarks(),
            "SwallowBookmarks" => new Fault.SwallowBookmarks(),
            var other => throw StatusErrors.BadRequest($"unknown fault type {FieldCause.Quote(other ?? "")}"),
        };
    }
}
