using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;

namespace VWorkspace.Kubernetes.InMemory.Builtins;

/// <summary>Services: allocated addresses and node ports, which updates keep.</summary>
internal sealed class ServiceStrategy : BuiltinStrategy
{
    private const int FirstNodePort = 30000;
    private int _nextAddress = 1;
    private int _nextPort;

    public override void PrepareForCreate(ResourceType type, JsonObject obj, WriteContext context)
    {
        base.PrepareForCreate(type, obj, context);
        Allocate(obj.Ensure("spec"), context.Options.DryRun);
    }

    public override void PrepareForUpdate(ResourceType type, JsonObject obj, JsonObject old, WriteContext context)
    {
        base.PrepareForUpdate(type, obj, old, context);
        var (spec, before) = (obj.Ensure("spec"), old["spec"]);
        if (spec.Text("type") != "ExternalName" && before.Text("type") != "ExternalName")
        {
            foreach (var member in (ReadOnlySpan<string>)["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"])
                if (spec[member] is null or JsonArray { Count: 0 } || spec.Text(member) is { Length: 0 })
                    if (before.At(member) is { } kept) spec[member] = kept.DeepClone();
        }

        foreach (var port in spec.Items("ports") ?? [])
            if (port.Number("nodePort") is null or 0 && (before.Items("ports") ?? []).FirstOrDefault(p => p.Number("port") == port.Number("port") && p.Text("protocol") == port.Text("protocol")).Number("nodePort") is { } nodePort)
                ((JsonObject)port!)["nodePort"] = nodePort;
        Allocate(spec, context.Options.DryRun);
    }

    public override IEnumerable<FieldCause> Validate(ResourceType type, JsonObject obj)
    {
        var spec = obj["spec"];
        var ports = spec.Items("ports");
        var kind = spec.Text("type") ?? "ClusterIP";
        if (kind is not ("ClusterIP" or "NodePort" or "LoadBalancer" or "ExternalName")) yield return FieldCause.NotSupported("spec.type", kind, "ClusterIP", "ExternalName", "LoadBalancer", "NodePort");
        if (kind == "ExternalName" && spec.Text("externalName") is not { Length: > 0 }) yield return FieldCause.Required("spec.externalName");
        if (ports is not { Count: > 0 } && kind != "ExternalName" && spec.Text("clusterIP") != "None") yield return FieldCause.Required("spec.ports");
        var names = new HashSet<string>(StringComparer.Ordinal);
        var sockets = new HashSet<(long?, string)>();
        for (var i = 0; i < (ports?.Count ?? 0); i++)
        {
            var path = PodSpecRules.At("spec.ports", i);
            var port = ports![i];
            var name = port.Text("name") ?? "";
            if (name.Length == 0 && ports.Count > 1) yield return FieldCause.Required(path + ".name");
            else if (name.Length > 0 && !names.Add(name)) yield return FieldCause.Duplicate(path + ".name", name);
            if (port.Number("port") is not (>= 1 and <= 65535)) yield return FieldCause.InvalidRaw(path + ".port", (port.Number("port") ?? 0).ToString(CultureInfo.InvariantCulture), "must be between 1 and 65535, inclusive");
            if (!sockets.Add((port.Number("port"), port.Text("protocol") ?? "TCP")))
            {
                var shown = new JsonObject { ["Name"] = "", ["Protocol"] = port.Text("protocol") ?? "TCP", ["AppProtocol"] = null, ["Port"] = port.Number("port") ?? 0, ["TargetPort"] = 0, ["NodePort"] = 0 };
                yield return new FieldCause(path, "FieldValueDuplicate", "Duplicate value: " + shown.ToJsonString());
            }

            if (port.Text("protocol") is { } protocol and not ("TCP" or "UDP" or "SCTP")) yield return FieldCause.NotSupported(path + ".protocol", protocol, "SCTP", "TCP", "UDP");
        }
    }

    public override IEnumerable<FieldCause> ValidateUpdate(ResourceType type, JsonObject obj, JsonObject old, string subresource)
    {
        if (subresource.Length > 0) yield break;
        foreach (var cause in Validate(type, obj)) yield return cause;
        var (spec, before) = (obj["spec"], old["spec"]);
        if (spec.Text("type") != "ExternalName" && before.Text("clusterIP") is { Length: > 0 } address && address != spec.Text("clusterIP"))
            yield return FieldCause.InvalidRaw("spec.clusterIPs[0]", spec.At("clusterIPs")?.ToJsonString() ?? "null", "may not change once set");
    }

    private void Allocate(JsonObject spec, bool dryRun)
    {
        var kind = spec.Text("type") ?? "ClusterIP";
        if (kind == "ExternalName") return;
        if (spec.Text("clusterIP") is not { Length: > 0 } && !dryRun)
        {
            var number = Interlocked.Increment(ref _nextAddress);
            spec["clusterIP"] = string.Create(CultureInfo.InvariantCulture, $"10.96.{(number >> 8) & 255}.{number & 255}");
        }

        if (spec.Text("clusterIP") is { Length: > 0 } address && spec.Items("clusterIPs") is not { Count: > 0 }) spec["clusterIPs"] = new JsonArray(address);
        if (spec.Items("ipFamilies") is not { Count: > 0 }) spec["ipFamilies"] = new JsonArray("IPv4");
        if (spec.Text("ipFamilyPolicy") is not { Length: > 0 }) spec["ipFamilyPolicy"] = "SingleStack";
        if (spec.Text("internalTrafficPolicy") is not { Length: > 0 }) spec["internalTrafficPolicy"] = "Cluster";
        if (kind is not ("NodePort" or "LoadBalancer") || dryRun) return;
        foreach (var port in (spec.Items("ports") ?? []).OfType<JsonObject>())
            if (port.Number("nodePort") is null or 0) port["nodePort"] = FirstNodePort + Interlocked.Increment(ref _nextPort);
        if (spec.Text("externalTrafficPolicy") is not { Length: > 0 }) spec["externalTrafficPolicy"] = "Cluster";
    }
}
