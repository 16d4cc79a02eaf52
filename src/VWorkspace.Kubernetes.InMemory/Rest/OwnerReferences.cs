using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Builtins;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.Rest;

/// <summary>The rules of <c>metadata.ownerReferences</c>.</summary>
internal static class OwnerReferences
{
    /// <summary>Drops references that are there twice, as the handlers of writes do.</summary>
    public static void Deduplicate(JsonObject obj, List<string> warnings)
    {
        if (obj["metadata"].Items("ownerReferences") is not { Count: > 1 } owners) return;
        var duplicates = new List<string>();
        for (var i = 1; i < owners.Count;)
        {
            if (owners.Take(i).Any(o => JsonNode.DeepEquals(o, owners[i])))
            {
                duplicates.Add(owners[i].Text("uid") ?? "");
                owners.RemoveAt(i);
            }
            else
            {
                i++;
            }
        }

        if (duplicates.Count > 0)
            warnings.Add($".metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: {string.Join(", ", duplicates)}");
    }

    public static IEnumerable<FieldCause> Validate(JsonArray? owners, string metadata = "metadata")
    {
        string? controller = null;
        for (var i = 0; i < (owners?.Count ?? 0); i++)
        {
            var owner = owners![i];
            var path = string.Create(CultureInfo.InvariantCulture, $"{metadata}.ownerReferences[{i}]");
            var (apiVersion, kind) = (owner.Text("apiVersion") ?? "", owner.Text("kind") ?? "");
            if (apiVersion.Length == 0 || apiVersion.Count(c => c == '/') > 1 || apiVersion.EndsWith('/')) yield return FieldCause.Invalid(path + ".apiVersion", apiVersion, "version must not be empty");
            foreach (var field in (string[])["kind", "name", "uid"])
                if (owner.Text(field) is not { Length: > 0 }) yield return FieldCause.Invalid($"{path}.{field}", "", "must not be empty");
            if (apiVersion == "v1" && kind == "Event") yield return FieldCause.InvalidRaw(path, GoOrder(owner).ToJsonString(BuiltinStrategy.RelaxedJson), "/v1, Kind=Event is disallowed from being an owner");
            if (owner.Flag("controller") != true) continue;
            if (controller is not null)
            {
                yield return FieldCause.InvalidRaw(metadata + ".ownerReferences", new JsonArray([.. owners.Select(o => (JsonNode)GoOrder(o))]).ToJsonString(BuiltinStrategy.RelaxedJson),
                    $"Only one reference can have Controller set to true. Found \"true\" in references for {controller} and {owner.Text("name")}");
            }
            else
            {
                controller = owner.Text("name") ?? "";
            }
        }
    }

    /// <summary>The members in the order of the Go struct, which messages show.</summary>
    private static JsonObject GoOrder(JsonNode? owner)
    {
        var result = new JsonObject();
        foreach (var member in (ReadOnlySpan<string>)["apiVersion", "kind", "name", "uid", "controller", "blockOwnerDeletion"])
            if (owner.At(member) is { } value) result[member] = value.DeepClone();
            else if (member is not ("controller" or "blockOwnerDeletion")) result[member] = "";
        return result;
    }
}
