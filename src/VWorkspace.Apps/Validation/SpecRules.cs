using System.Text.Json;
using VWorkspace.Api;

namespace VWorkspace.Apps.Validation;

/// <summary>
/// The rules for an ApplicationInstance that need nothing but the object and the settings. Admission and the reconciler share them: a
/// webhook can be absent or bypassed.
/// </summary>
internal static class SpecRules
{
    /// <summary>All violations, in the order of the fields.</summary>
    /// <param name="instance">The object.</param>
    /// <param name="options">Settings.</param>
    /// <param name="registeredId">Identity of the cluster, or null before the registration.</param>
    public static IReadOnlyList<SpecViolation> Check(ApplicationInstance instance, AppsOptions options, string? registeredId)
    {
        var found = new List<SpecViolation>();
        ApplicationInstanceSpec spec = instance.Spec;
        if (string.IsNullOrWhiteSpace(spec.AppRef?.CatalogId)) found.Add(Required("spec.appRef.catalogId"));
        if (spec.Mode is not ("" or ApplicationMode.Managed or ApplicationMode.Placeholder))
            found.Add(new(ViolationCode.FieldInvalid, "spec.mode", "must be managed or placeholder"));
        if (spec.IsPlaceholder) CheckPlaceholder(spec, found);
        else CheckManaged(spec, options, found);
        CheckRelease(instance, found);
        if (!spec.IsPlaceholder) CheckIntegrations(spec.Integrations, found);
        CheckReadinessChecks(spec.ReadinessChecks, found);
        if (ClusterIdViolation(instance, registeredId) is { } mismatch) found.Add(mismatch);
        return found;
    }

    /// <summary>The label of another cluster, or null.</summary>
    public static SpecViolation? ClusterIdViolation(ApplicationInstance instance, string? registeredId) =>
        !string.IsNullOrEmpty(registeredId) && instance.Metadata.Labels.TryGetValue(Labels.ClusterId, out string? label)
            && label.Length > 0 && label != registeredId && label != Labels.ValueOf(registeredId)
            ? new(ViolationCode.ClusterIdMismatch, $"metadata.labels[{Labels.ClusterId}]", $"'{label}' is not the identity of this cluster, which is '{registeredId}'")
            : null;

    /// <summary>A chart source outside the allow-list, or null.</summary>
    public static SpecViolation? AllowListViolation(ApplicationInstanceSpec spec, AppsOptions options) =>
        !spec.IsPlaceholder && spec.Chart is { Url.Length: > 0 } chart && !ChartRules.IsAllowed(chart.Url, options.AllowedChartUrls)
            ? new(ViolationCode.ChartSourceNotAllowed, "spec.chart.url",
                $"{Redactor.Text(chart.Url)} is not covered by the allow-list of this cluster, which allows {string.Join(", ", options.AllowedChartUrls)}")
            : null;

    /// <summary>The message for a namespace without the gate label.</summary>
    public static SpecViolation GateViolation(string @namespace) => new(ViolationCode.NamespaceNotGated, "metadata.namespace",
        $"namespace '{@namespace}' is not open to the operator; add the label {Labels.ManagedBy}={Labels.NamespaceGateValue}");

    private static void CheckPlaceholder(ApplicationInstanceSpec spec, List<SpecViolation> found)
    {
        if (spec.Chart is not null) found.Add(Forbidden("spec.chart"));
        if (spec.Values is not null) found.Add(Forbidden("spec.values"));

        static SpecViolation Forbidden(string field) => new(ViolationCode.PlaceholderFieldForbidden, field, "is forbidden in placeholder mode");
    }

    private static void CheckManaged(ApplicationInstanceSpec spec, AppsOptions options, List<SpecViolation> found)
    {
        if (spec.Chart is { } chart) CheckChart(chart, options, found);
        else found.Add(Required("spec.chart"));
        if (spec.Release is null) found.Add(Required("spec.release"));
        if (spec.Values is { } values) CheckValues(values, found);
        else found.Add(Required("spec.values"));
    }

    private static void CheckChart(ChartReference chart, AppsOptions options, List<SpecViolation> found)
    {
        bool knownType = chart.SourceType is ChartSourceType.Oci or ChartSourceType.Helm;
        if (!knownType) found.Add(new(ViolationCode.FieldInvalid, "spec.chart.sourceType", "must be oci or helm"));
        if (string.IsNullOrWhiteSpace(chart.Url)) found.Add(Required("spec.chart.url"));
        else if (knownType && ChartRules.UrlFault(chart, options.AllowPlainHttpCharts) is { } fault) found.Add(new(ViolationCode.FieldInvalid, "spec.chart.url", fault));
        if (string.IsNullOrWhiteSpace(chart.Name)) found.Add(Required("spec.chart.name"));
        if (string.IsNullOrWhiteSpace(chart.Version)) found.Add(Required("spec.chart.version"));
        else if (!ChartRules.IsConcreteVersion(chart.Version))
            found.Add(new(ViolationCode.FieldInvalid, "spec.chart.version", "must be one concrete semantic version; ranges and latest are not accepted"));
    }

    private static void CheckRelease(ApplicationInstance instance, List<SpecViolation> found)
    {
        if (instance.Spec.Release is not { } release) return;
        if (string.IsNullOrWhiteSpace(release.Name)) found.Add(Required("spec.release.name"));
        else if (!ChartRules.IsDnsLabel(release.Name, 53))
            found.Add(new(ViolationCode.FieldInvalid, "spec.release.name", "must be a DNS label of at most 53 characters"));
        if (string.IsNullOrWhiteSpace(release.Namespace)) found.Add(Required("spec.release.namespace"));
        else if (release.Namespace != instance.Metadata.Namespace)
        {
            found.Add(new(ViolationCode.FieldInvalid, "spec.release.namespace",
                $"spec.release.namespace must match metadata.namespace: '{release.Namespace}' is not '{instance.Metadata.Namespace}'"));
        }
    }

    private static void CheckValues(ApplicationValues values, List<SpecViolation> found)
    {
        if (values.Source is not (ValuesSource.Inline or ValuesSource.SecretRef or ValuesSource.ConfigMapRef))
        {
            found.Add(values.Source.Length == 0
                ? Required("spec.values.source")
                : new(ViolationCode.FieldInvalid, "spec.values.source", "must be inline, secretRef or configMapRef"));
            return;
        }

        CheckSibling(values, ValuesSource.Inline, values.Inline is not null, found);
        CheckSibling(values, ValuesSource.SecretRef, values.SecretRef is not null, found);
        CheckSibling(values, ValuesSource.ConfigMapRef, values.ConfigMapRef is not null, found);
        if (values.Source == ValuesSource.Inline) CheckInline(values, found);
        else if (values.Source == ValuesSource.SecretRef) CheckReference(values.SecretRef, "spec.values.secretRef", found);
        else CheckReference(values.ConfigMapRef, "spec.values.configMapRef", found);
    }

    private static void CheckSibling(ApplicationValues values, string name, bool set, List<SpecViolation> found)
    {
        if (name == values.Source && !set) found.Add(Required($"spec.values.{name}"));
        if (name != values.Source && set) found.Add(new(ViolationCode.FieldForbidden, $"spec.values.{name}", $"must not be set when spec.values.source is {values.Source}"));
    }

    private static void CheckInline(ApplicationValues values, List<SpecViolation> found)
    {
        if (values.Inline?.ToElement() is not { } inline) return;
        if (inline.ValueKind != JsonValueKind.Object)
        {
            found.Add(new(ViolationCode.FieldInvalid, "spec.values.inline", "must be an object"));
            return;
        }

        foreach (string path in InlineSecretScan.Find(inline))
        {
            found.Add(new(ViolationCode.InlineSecretMaterialRejected, $"spec.values.inline.{path}",
                "inline secret material is not accepted; put the values into a Secret and use spec.values.secretRef"));
        }
    }

    private static void CheckReference(ValuesReference? reference, string field, List<SpecViolation> found)
    {
        if (reference is null) return;
        if (string.IsNullOrWhiteSpace(reference.Name)) found.Add(Required($"{field}.name"));
        if (string.IsNullOrWhiteSpace(reference.Key)) found.Add(Required($"{field}.key"));
    }

    private static void CheckIntegrations(ApplicationIntegrations? integrations, List<SpecViolation> found)
    {
        if (integrations?.Ingress is not { } ingress) return;
        if (string.IsNullOrWhiteSpace(ingress.Host))
        {
            if (ingress.Enabled) found.Add(Required("spec.integrations.ingress.host"));
        }
        else if (!ChartRules.IsDnsName(ingress.Host)) found.Add(new(ViolationCode.FieldInvalid, "spec.integrations.ingress.host", "must be a DNS name"));
    }

    private static void CheckReadinessChecks(IReadOnlyList<ReadinessCheck> checks, List<SpecViolation> found)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (ReadinessCheck check in checks)
        {
            string field = $"spec.readinessChecks[{check.Name}]";
            if (string.IsNullOrWhiteSpace(check.Name)) found.Add(Required("spec.readinessChecks.name"));
            else if (!names.Add(check.Name)) found.Add(new(ViolationCode.FieldInvalid, field, "the name is used twice"));
            if (check.Type == ReadinessCheckType.Http) CheckHttp(check, field, found);
            else if (check.Type == ReadinessCheckType.Tcp)
            {
                if (string.IsNullOrWhiteSpace(check.Host)) found.Add(Required($"{field}.host"));
                if (check.Port is not (>= 1 and <= 65535)) found.Add(Required($"{field}.port"));
            }
            else found.Add(new(ViolationCode.FieldInvalid, $"{field}.type", "must be http or tcp"));
        }
    }

    private static void CheckHttp(ReadinessCheck check, string field, List<SpecViolation> found)
    {
        if (string.IsNullOrWhiteSpace(check.Url)) found.Add(Required($"{field}.url"));
        else if (!Uri.TryCreate(check.Url, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0)
            found.Add(new(ViolationCode.FieldInvalid, $"{field}.url", "must be an address that begins with http:// or https://, without user name and password"));
    }

    private static SpecViolation Required(string field) => new(ViolationCode.FieldRequired, field, "must be set and must not be blank");
}
