using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Schemas;

/// <summary>The defaults of <c>apiextensions.k8s.io/v1</c> CustomResourceDefinition.</summary>
internal static class CrdDefaults
{
    /// <summary>Fills in <c>names.singular</c>, <c>names.listKind</c> and <c>conversion</c> in place, as the server does before it validates.</summary>
    /// <param name="crd">The whole CRD object.</param>
    public static void Apply(JsonObject crd)
    {
        if (crd["spec"] is not JsonObject spec) return;
        if (spec["names"] is JsonObject names && JsonKinds.AsString(names["kind"]) is { Length: > 0 } kind)
        {
            if (JsonKinds.AsString(names["singular"]) is null or "") names["singular"] = kind.ToLowerInvariant();
            if (JsonKinds.AsString(names["listKind"]) is null or "") names["listKind"] = $"{kind}List";
        }

        if (spec["conversion"] is not JsonObject) spec["conversion"] = new JsonObject { ["strategy"] = "None" };
    }
}
