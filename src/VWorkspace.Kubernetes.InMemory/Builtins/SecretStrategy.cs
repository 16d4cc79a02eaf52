using System.Text;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;

namespace VWorkspace.Kubernetes.InMemory.Builtins;

/// <summary>Secrets: stringData, types and their required keys, immutability.</summary>
internal sealed class SecretStrategy : BuiltinStrategy
{
    private static readonly Dictionary<string, string[]> RequiredKeys = new(StringComparer.Ordinal)
    {
        ["kubernetes.io/tls"] = ["tls.crt", "tls.key"],
        ["kubernetes.io/dockercfg"] = [".dockercfg"],
        ["kubernetes.io/dockerconfigjson"] = [".dockerconfigjson"],
        ["kubernetes.io/ssh-auth"] = ["ssh-privatekey"],
    };

    public override void ApplyDefaults(ResourceType type, JsonObject obj)
    {
        if (obj["stringData"] is JsonObject texts)
        {
            var data = obj.Ensure("data");
            foreach (var (key, value) in texts) data[key] = System.Convert.ToBase64String(Encoding.UTF8.GetBytes(value.AsText() ?? ""));
            obj.Remove("stringData");
        }

        base.ApplyDefaults(type, obj);
    }

    public override IEnumerable<FieldCause> Validate(ResourceType type, JsonObject obj)
    {
        var data = obj["data"] as JsonObject ?? [];
        foreach (var cause in ConfigKeys.Check(data, "data")) yield return cause;
        var kind = obj.Text("type") ?? "";
        foreach (var key in RequiredKeys.GetValueOrDefault(kind) ?? [])
        {
            if (data[key].AsText() is not { } value) yield return FieldCause.Required($"data[{key}]");
            else if (key.StartsWith(".docker", StringComparison.Ordinal) && JsonProblem(System.Convert.FromBase64String(value)) is { } problem)
                yield return FieldCause.Invalid($"data[{key}]", "<secret contents redacted>", problem);
        }

        if (kind == "kubernetes.io/basic-auth" && !data.ContainsKey("username") && !data.ContainsKey("password"))
        {
            yield return FieldCause.Required("data[username]");
            yield return FieldCause.Required("data[password]");
        }

        if (kind == "kubernetes.io/service-account-token" && obj["metadata"].Child("annotations").Text("kubernetes.io/service-account.name") is not { Length: > 0 })
            yield return FieldCause.Required("metadata.annotations[kubernetes.io/service-account.name]");
    }

    public override IEnumerable<FieldCause> ValidateUpdate(ResourceType type, JsonObject obj, JsonObject old, string subresource)
    {
        foreach (var cause in Immutable(obj["type"], old["type"], "type")) yield return cause;
        foreach (var cause in ConfigKeys.CheckImmutable(obj, old, "data")) yield return cause;
        foreach (var cause in Validate(type, obj))
            if (JsonNode.DeepEquals(obj["type"], old["type"])) yield return cause;
    }

    private static string? JsonProblem(byte[] value)
    {
        if (GoJsonSyntax.Describe(value) is { } syntax) return syntax;
        return JsonTreeReader.Parse(value) is var node and not (null or JsonObject) ? $"json: cannot unmarshal {Http.BodyReader.GoTypeName(node)} into Go value of type map[string]interface {{}}" : null;
    }
}
