using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Authorization;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Storage;

namespace VWorkspace.Kubernetes.InMemory.Admission;

/// <summary>Whether a webhook wants to be asked: rules, namespace selector, object selector.</summary>
internal static class WebhookRules
{
    public static bool Matches(JsonNode webhook, AdmissionAttributes attributes, ObjectStore store)
    {
        if (!(webhook.Items("rules") ?? []).Any(rule => MatchesRule(rule, attributes))) return false;
        if (webhook.Child("namespaceSelector") is { Count: > 0 } namespaceSelector && NamespaceLabels(attributes, store) is { Applies: true } ns && !LabelSelectorJson.Matches(namespaceSelector, ns.Labels)) return false;
        if (webhook.Child("objectSelector") is not { Count: > 0 } objectSelector) return true;
        // Either state may match, so that leaving a selector does not leave the webhook.
        return LabelSelectorJson.Matches(objectSelector, attributes.Object?["metadata"].Child("labels").StringMap())
            || (attributes.OldObject is not null && LabelSelectorJson.Matches(objectSelector, attributes.OldObject["metadata"].Child("labels").StringMap()));
    }

    private static (bool Applies, IReadOnlyDictionary<string, string>? Labels) NamespaceLabels(AdmissionAttributes attributes, ObjectStore store)
    {
        if (attributes.Type.Resource is { Group: "", Resource: "namespaces" }) return (true, (attributes.Object ?? attributes.OldObject)?["metadata"].Child("labels").StringMap());
        return attributes.Namespace.Length == 0 ? (false, null) : (true, store.Find("namespaces", "", attributes.Namespace)?.Labels);
    }

    private static bool MatchesRule(JsonNode? rule, AdmissionAttributes attributes)
    {
        var type = attributes.Type;
        var operation = attributes.Operation.ToString().ToUpperInvariant();
        if (!Has(rule, "operations", operation) || !Has(rule, "apiGroups", type.Group) || !Has(rule, "apiVersions", type.Version)) return false;
        var scope = rule.Text("scope") ?? "*";
        if (scope != "*" && scope == "Namespaced" != attributes.Namespace.Length > 0) return false;
        foreach (var resource in rule.Items("resources").Texts())
        {
            var slash = resource.IndexOf('/', StringComparison.Ordinal);
            var (name, sub) = slash < 0 ? (resource, "") : (resource[..slash], resource[(slash + 1)..]);
            if ((name == "*" || name == type.Plural) && (sub == "*" || sub == attributes.Subresource)) return true;
        }

        return false;
    }

    private static bool Has(JsonNode? rule, string list, string value) => rule.Items(list).Texts().Any(v => v == "*" || v == value);
}
