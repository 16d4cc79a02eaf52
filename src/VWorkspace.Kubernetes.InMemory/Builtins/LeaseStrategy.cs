using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;

namespace VWorkspace.Kubernetes.InMemory.Builtins;

/// <summary>Leases of leader election.</summary>
internal sealed class LeaseStrategy : BuiltinStrategy
{
    public override IEnumerable<FieldCause> Validate(ResourceType type, JsonObject obj)
    {
        var spec = obj["spec"];
        if (spec.Number("leaseDurationSeconds") is { } duration and <= 0)
            yield return FieldCause.InvalidRaw("spec.leaseDurationSeconds", duration.ToString(CultureInfo.InvariantCulture), "must be greater than 0");
        if (spec.Number("leaseTransitions") is { } transitions and < 0)
            yield return FieldCause.InvalidRaw("spec.leaseTransitions", transitions.ToString(CultureInfo.InvariantCulture), "must be greater than or equal to 0");
        if (spec.Text("preferredHolder") is { Length: > 0 } preferred && spec.Text("strategy") is not { Length: > 0 })
            yield return FieldCause.Invalid("spec.preferredHolder", preferred, "may only be specified if `strategy` is defined");
    }
}
