using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Api;

namespace VWorkspace.Apps.Rendering;

/// <summary>Labels, annotations and the owner reference of what the controller creates.</summary>
internal static class ChildMetadata
{
    /// <summary>Name of the chart source of a release.</summary>
    public static string SourceName(string release) => release + "-source";

    /// <summary>Name that helm-controller gives to the HelmChart of a release.</summary>
    public static string HelmChartName(string @namespace, string release) => $"{@namespace}-{release}";

    public static JsonObject Render(ApplicationInstance instance, string name, string? clusterId, string specHash)
    {
        var labels = new JsonObject { [Labels.ManagedBy] = Labels.ManagedByOperator };
        string? identity = clusterId;
        if (string.IsNullOrEmpty(identity)) instance.Metadata.Labels.TryGetValue(Labels.ClusterId, out identity);
        if (!string.IsNullOrEmpty(identity)) labels[Labels.ClusterId] = Labels.ValueOf(identity);
        labels[Labels.ApplicationInstance] = Labels.ValueOf(instance.Metadata.Name ?? string.Empty);
        return new()
        {
            ["name"] = name,
            ["namespace"] = instance.Metadata.Namespace,
            ["labels"] = labels,
            ["annotations"] = new JsonObject
            {
                [Annotations.LastAppliedGeneration] = instance.Metadata.Generation.ToString(CultureInfo.InvariantCulture),
                [Annotations.AppliedSpecHash] = specHash,
            },
            ["ownerReferences"] = new JsonArray(OwnerReference(instance)),
        };
    }

    private static JsonObject OwnerReference(ApplicationInstance instance) => new()
    {
        ["apiVersion"] = ApiResources.ApplicationInstances.Kind.ApiVersion,
        ["kind"] = ApiResources.ApplicationInstances.Kind.Kind,
        ["name"] = instance.Metadata.Name,
        ["uid"] = instance.Metadata.Uid,
        ["controller"] = true,
        ["blockOwnerDeletion"] = true,
    };
}
