using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Authorization;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Storage;
using VWorkspace.Kubernetes.Patches;

namespace VWorkspace.Kubernetes.InMemory.Admission;

/// <summary>Asks the webhooks that are configured: mutating ones in order, each seeing what the one before made; then validating ones.</summary>
internal sealed class WebhookDispatcher(ObjectStore store, RandomNames names, WebhookClient client)
{
    private readonly MatchConditions _conditions = new();

    private const string Suffix = ".admissionregistration.k8s.io";

    public async Task<JsonObject> MutateAsync(AdmissionAttributes attributes, CancellationToken ct)
    {
        var current = attributes.Object!;
        var again = new List<JsonNode>();
        JsonNode? lastChanger = null;
        foreach (var webhook in Webhooks("mutatingwebhookconfigurations" + Suffix, attributes))
        {
            var changed = await MutateByAsync(webhook, attributes with { Object = current }, ct).ConfigureAwait(false);
            if (changed is null) continue;
            // Webhooks that ask for it see the object again when a later one has changed it.
            again = [.. Webhooks("mutatingwebhookconfigurations" + Suffix, attributes).TakeWhile(w => !ReferenceEquals(w, webhook)).Where(w => w.Text("reinvocationPolicy") == "IfNeeded")];
            (current, lastChanger) = (changed, webhook);
        }

        foreach (var webhook in again)
            if (!ReferenceEquals(webhook, lastChanger)) current = await MutateByAsync(webhook, attributes with { Object = current }, ct).ConfigureAwait(false) ?? current;
        return current;
    }

    public async Task ValidateAsync(AdmissionAttributes attributes, CancellationToken ct)
    {
        foreach (var webhook in Webhooks("validatingwebhookconfigurations" + Suffix, attributes)) await AskAsync(webhook, attributes, ct).ConfigureAwait(false);
    }

    private IEnumerable<JsonNode> Webhooks(string key, AdmissionAttributes attributes)
    {
        // Configurations never stand between an administrator and the configurations.
        if (attributes.Type.Group == "admissionregistration.k8s.io") return [];
        var objects = store.Read(key).Objects;
        return objects.Count == 0 ? [] : objects.SelectMany(c => c.Node.Items("webhooks") ?? []).OfType<JsonNode>().Where(w => WebhookRules.Matches(w, attributes, store));
    }

    private async Task<JsonObject?> MutateByAsync(JsonNode webhook, AdmissionAttributes attributes, CancellationToken ct)
    {
        var answer = await AskAsync(webhook, attributes, ct).ConfigureAwait(false);
        if (answer?.Text("patch") is not { Length: > 0 } encoded || attributes.Object is null) return null;
        var name = webhook.Text("name") ?? "";
        if (JsonTreeReader.Parse(Convert.FromBase64String(encoded)) is not JsonArray operations || answer.Text("patchType") != "JSONPatch")
            throw StatusErrors.Internal($"failed calling webhook {FieldCause.Quote(name)}: invalid patch");
        var patched = JsonPatch.Apply(attributes.Object, operations);
        if (patched.Document is not JsonObject result) throw StatusErrors.Internal($"failed calling webhook {FieldCause.Quote(name)}: {patched.Error}");
        if (JsonNode.DeepEquals(result, attributes.Object)) return null;
        attributes.Type.Strategy.Decode(attributes.Type, result);
        attributes.Type.Strategy.ApplyDefaults(attributes.Type, result);
        return result;
    }

    /// <summary>Asks one webhook; null when its conditions keep it out, or when it could not be asked and may be ignored. A refusal is thrown.</summary>
    private async Task<JsonObject?> AskAsync(JsonNode webhook, AdmissionAttributes attributes, CancellationToken ct)
    {
        if (!_conditions.Hold(webhook, attributes, () => Review(attributes)["request"])) return null;
        var name = webhook.Text("name") ?? "";
        if (attributes.Options.DryRun && webhook.Text("sideEffects") is not ("None" or "NoneOnDryRun"))
            throw StatusErrors.BadRequest($"admission webhook {FieldCause.Quote(name)} does not support dry run");
        JsonObject answer;
        try
        {
            answer = await client.CallAsync(webhook, Review(attributes), ct).ConfigureAwait(false);
        }
        catch (WebhookCallException e)
        {
            return webhook.Text("failurePolicy") == "Ignore" ? null : throw StatusErrors.Internal($"failed calling webhook {FieldCause.Quote(name)}: {e.Message}");
        }

        attributes.Options.Warnings.AddRange(answer.Items("warnings").Texts());
        return answer.Flag("allowed") == true ? answer : throw Denied(name, answer.Child("status"));
    }

    private static StatusException Denied(string name, JsonObject? status)
    {
        var code = (int)(status.Number("code") ?? 0);
        if (code < 400) code = 403;
        var (message, reason) = (status.Text("message") ?? "", status.Text("reason") ?? "");
        var by = $"admission webhook {FieldCause.Quote(name)} denied the request";
        var text = message.Length > 0 ? $"{by}: {message}" : reason.Length > 0 ? $"{by}: {reason}" : by + " without explanation";
        return StatusErrors.Of(code, reason, text, status.Child("details")?.Copy());
    }

    private JsonObject Review(AdmissionAttributes attributes)
    {
        var type = attributes.Type;
        var kind = new JsonObject { ["group"] = type.Group, ["version"] = type.Version, ["kind"] = type.Kind };
        var resource = new JsonObject { ["group"] = type.Group, ["version"] = type.Version, ["resource"] = type.Plural };
        var request = new JsonObject
        {
            ["uid"] = names.Uid(),
            ["kind"] = kind,
            ["resource"] = resource,
            ["requestKind"] = kind.DeepClone(),
            ["requestResource"] = resource.DeepClone(),
            ["operation"] = attributes.Operation.ToString().ToUpperInvariant(),
            ["userInfo"] = Describe(attributes.Options.User),
            ["object"] = attributes.Object?.DeepClone(),
            ["oldObject"] = attributes.OldObject?.DeepClone(),
            ["dryRun"] = attributes.Options.DryRun,
            ["options"] = Options(attributes),
        };
        if (attributes.Name.Length > 0) request["name"] = attributes.Name;
        if (attributes.Namespace.Length > 0) request["namespace"] = attributes.Namespace;
        if (attributes.Subresource.Length > 0) 
        {
            request["subResource"] = attributes.Subresource;
            request["requestSubResource"] = attributes.Subresource;
        }

        return new JsonObject { ["kind"] = "AdmissionReview", ["apiVersion"] = "admission.k8s.io/v1", ["request"] = request };
    }

    private static JsonObject Options(AdmissionAttributes attributes)
    {
        var operation = attributes.Operation.ToString();
        var options = new JsonObject { ["kind"] = operation + "Options", ["apiVersion"] = "meta.k8s.io/v1" };
        if (attributes.Options.FieldManager.Length > 0 && attributes.Operation != AdmissionOperation.Delete) options["fieldManager"] = attributes.Options.FieldManager;
        if (attributes.Options.DryRun) options["dryRun"] = new JsonArray("All");
        return options;
    }

    private static JsonObject Describe(UserInfo user)
    {
        var info = new JsonObject { ["username"] = user.Name, ["groups"] = new JsonArray([.. user.Groups.Select(g => (JsonNode)g)]) };
        if (user.Uid.Length > 0) info["uid"] = user.Uid;
        return info;
    }
}
