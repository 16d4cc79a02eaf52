using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;

namespace VWorkspace.Kubernetes.InMemory.Builtins;

/// <summary>Certificate signing requests: who asked is recorded, what was asked never changes, approval and issuing are written apart.</summary>
internal sealed class CertificateRequestStrategy : BuiltinStrategy
{
    private const int LeastSeconds = 600;

    public override void PrepareForCreate(ResourceType type, JsonObject obj, WriteContext context)
    {
        base.PrepareForCreate(type, obj, context);
        var (spec, user) = (obj.Ensure("spec"), context.Options.User);
        foreach (var member in (ReadOnlySpan<string>)["username", "uid", "groups", "extra"]) spec.Remove(member);
        spec["username"] = user.Name;
        if (user.Uid.Length > 0) spec["uid"] = user.Uid;
        if (user.Groups.Count > 0) spec["groups"] = new JsonArray([.. user.Groups.Select(g => (JsonNode)g)]);
        if (user.Extra.Count > 0) spec["extra"] = new JsonObject(user.Extra.Select(e => KeyValuePair.Create<string, JsonNode?>(e.Key, new JsonArray([.. e.Value.Select(v => (JsonNode)v)]))));
    }

    public override void PrepareForUpdate(ResourceType type, JsonObject obj, JsonObject old, WriteContext context)
    {
        obj["spec"] = old["spec"]?.DeepClone();
        base.PrepareForUpdate(type, obj, old, context);
    }

    public override JsonObject PrepareForStatusUpdate(ResourceType type, JsonObject obj, JsonObject old, WriteContext context, string subresource)
    {
        var result = base.PrepareForStatusUpdate(type, obj, old, context, subresource);
        var (status, before) = (result.Ensure("status"), old["status"]);
        if (subresource == "approval")
        {
            status.Remove("certificate");
            if (before.At("certificate") is { } issued) status["certificate"] = issued.DeepClone();
        }

        var now = Timestamps.Format(context.Time.GetUtcNow());
        foreach (var condition in (status.Items("conditions") ?? []).OfType<JsonObject>())
        {
            condition["lastUpdateTime"] ??= now;
            condition["lastTransitionTime"] ??= now;
        }

        return result;
    }

    public override IEnumerable<FieldCause> Validate(ResourceType type, JsonObject obj)
    {
        var spec = obj["spec"];
        if (!IsRequest(spec.Text("request"))) yield return FieldCause.Invalid("spec.request", spec.Text("request") ?? "", "PEM block type must be CERTIFICATE REQUEST");
        if (spec.Items("usages") is not { Count: > 0 }) yield return FieldCause.Required("spec.usages", "usages must be provided");
        var signer = spec.Text("signerName") ?? "";
        if (signer.Length == 0) yield return FieldCause.Required("spec.signerName");
        else if (signer.Split('/') is not [{ Length: > 0 } domain, { Length: > 0 }] || !domain.Contains('.', StringComparison.Ordinal)) yield return FieldCause.Invalid("spec.signerName", signer, "must be a fully qualified domain and path of the form 'example.com/signer-name'");
        if (spec.Number("expirationSeconds") is { } seconds and < LeastSeconds)
            yield return FieldCause.InvalidRaw("spec.expirationSeconds", seconds.ToString(System.Globalization.CultureInfo.InvariantCulture), "may not specify a duration less than 600 seconds (10 minutes)");
    }

    public override IEnumerable<FieldCause> ValidateUpdate(ResourceType type, JsonObject obj, JsonObject old, string subresource)
    {
        var conditions = obj["status"].Items("conditions") ?? [];
        if (conditions.Any(c => c.Text("type") == "Approved") && conditions.Any(c => c.Text("type") == "Denied"))
            yield return FieldCause.Invalid("status.conditions", "Denied", "Approved and Denied conditions are mutually exclusive");
        for (var i = 0; i < conditions.Count; i++)
        {
            if (conditions[i].Text("type") is "Approved" or "Denied" or "Failed" && conditions[i].Text("status") != "True")
                yield return FieldCause.NotSupported(PodSpecRules.At("status.conditions", i) + ".status", conditions[i].Text("status") ?? "", "True");
        }
    }

    private static bool IsRequest(string? base64)
    {
        try
        {
            var pem = Encoding.UTF8.GetString(System.Convert.FromBase64String(base64 ?? ""));
            return PemEncoding.TryFind(pem, out var fields) && pem[fields.Label] is "CERTIFICATE REQUEST";
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
