using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Rest;

namespace VWorkspace.Kubernetes.InMemory.Builtins;

/// <summary>The checks of pod specs that manifests fail most often.</summary>
internal static class PodSpecRules
{
    /// <summary>A pod template: its labels and annotations, whose paths leave out the metadata, and its spec.</summary>
    public static IEnumerable<FieldCause> ValidateTemplate(JsonObject? template, string path, JsonObject? spec = null) => ObjectMetaRules.LabelCauses(template?["metadata"].Child("labels"), path + ".labels")
        .Concat(ObjectMetaRules.AnnotationCauses(template?["metadata"].Child("annotations"), path + ".annotations"))
        .Concat(Validate(spec ?? template.Child("spec"), path + ".spec"));

    /// <summary>Names that pods and hosts are called after had better be labels.</summary>
    public static IEnumerable<string> HostnameWarnings(JsonObject obj) => NameRules.Label(obj.Name()) is { Count: > 0 } errors
        ? [$"metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [{string.Join(' ', errors)}]"]
        : [];

    public static IEnumerable<FieldCause> Validate(JsonNode? spec, string path)
    {
        var volumes = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var volume in spec.Items("volumes") ?? [])
        {
            var at = At(path + ".volumes", index++);
            var name = volume.Text("name") ?? "";
            if (name.Length == 0) yield return FieldCause.Required(at + ".name");
            foreach (var error in name.Length == 0 ? [] : NameRules.Label(name)) yield return FieldCause.Invalid(at + ".name", name, error);
            if (name.Length > 0 && !volumes.Add(name)) yield return FieldCause.Duplicate(at + ".name", name);
        }

        foreach (var template in spec.Items("volumeClaimTemplates") ?? []) volumes.Add(template.At("metadata").Text("name") ?? "");
        if (spec.Items("containers") is not { Count: > 0 }) yield return FieldCause.Required(path + ".containers");
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var list in (IReadOnlyList<string>)["containers", "initContainers"])
        {
            index = 0;
            foreach (var container in spec.Items(list) ?? [])
                foreach (var cause in Container(container, At($"{path}.{list}", index++), names, volumes)) yield return cause;
        }

        if (spec.Text("restartPolicy") is { } restart and not ("Always" or "OnFailure" or "Never"))
            yield return FieldCause.NotSupported(path + ".restartPolicy", restart, "Always", "Never", "OnFailure");
        if (spec.Text("dnsPolicy") is { } dns and not ("ClusterFirst" or "ClusterFirstWithHostNet" or "Default" or "None"))
            yield return FieldCause.NotSupported(path + ".dnsPolicy", dns, "ClusterFirst", "ClusterFirstWithHostNet", "Default", "None");
        if (spec.Text("serviceAccountName") is { Length: > 0 } account)
            foreach (var error in NameRules.Subdomain(account)) yield return FieldCause.Invalid(path + ".serviceAccountName", account, error);
        if (spec.Number("terminationGracePeriodSeconds") is { } grace and < 0)
            yield return FieldCause.InvalidRaw(path + ".terminationGracePeriodSeconds", grace.ToString(CultureInfo.InvariantCulture), "must be greater than or equal to 0");
    }

    private static IEnumerable<FieldCause> Container(JsonNode? container, string path, HashSet<string> names, HashSet<string> volumes)
    {
        var name = container.Text("name") ?? "";
        if (name.Length == 0) yield return FieldCause.Required(path + ".name");
        else
        {
            foreach (var error in NameRules.Label(name)) yield return FieldCause.Invalid(path + ".name", name, error);
            if (!names.Add(name)) yield return FieldCause.Duplicate(path + ".name", name);
        }

        if (container.Text("image") is not { Length: > 0 }) yield return FieldCause.Required(path + ".image");
        if (container.Text("imagePullPolicy") is { } pull and not ("Always" or "IfNotPresent" or "Never"))
            yield return FieldCause.NotSupported(path + ".imagePullPolicy", pull, "Always", "IfNotPresent", "Never");
        var index = 0;
        foreach (var variable in container.Items("env") ?? [])
        {
            var at = At(path + ".env", index++);
            if (variable.Text("name") is not { Length: > 0 }) yield return FieldCause.Required(at + ".name");
            if (variable.Text("value") is { Length: > 0 } && variable.At("valueFrom") is JsonObject) yield return FieldCause.Invalid(at + ".valueFrom", "", "may not be specified when `value` is not empty");
        }

        index = 0;
        foreach (var port in container.Items("ports") ?? [])
        {
            var at = At(path + ".ports", index++);
            var number = port.Number("containerPort") ?? 0;
            if (number == 0) yield return FieldCause.Required(at + ".containerPort");
            else if (number is < 1 or > 65535) yield return FieldCause.InvalidRaw(at + ".containerPort", number.ToString(CultureInfo.InvariantCulture), "must be between 1 and 65535, inclusive");
            if (port.Text("protocol") is { } protocol and not ("TCP" or "UDP" or "SCTP")) yield return FieldCause.NotSupported(at + ".protocol", protocol, "SCTP", "TCP", "UDP");
        }

        index = 0;
        foreach (var mount in container.Items("volumeMounts") ?? [])
        {
            var at = At(path + ".volumeMounts", index++);
            var volume = mount.Text("name") ?? "";
            if (volume.Length == 0) yield return FieldCause.Required(at + ".name");
            else if (!volumes.Contains(volume)) yield return FieldCause.NotFound(at + ".name", volume);
            if (mount.Text("mountPath") is not { Length: > 0 }) yield return FieldCause.Required(at + ".mountPath");
        }
    }

    internal static string At(string path, int index) => string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");
}
