using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Admission;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;

namespace VWorkspace.Kubernetes.InMemory.Builtins;

/// <summary>Configurations of admission webhooks: conditions that compile.</summary>
internal sealed class WebhookConfigurationStrategy : BuiltinStrategy
{
    public override IEnumerable<FieldCause> Validate(ResourceType type, JsonObject obj) =>
        (obj.Items("webhooks") ?? []).SelectMany((webhook, i) => MatchConditions.Validate(webhook, PodSpecRules.At("webhooks", i)));
}
