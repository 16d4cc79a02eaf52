using System.Text.Json;
using System.Text.Json.Nodes;
using VWorkspace.Api;
using VWorkspace.Apps.Flux;
using VWorkspace.Apps.Validation;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps;

/// <summary>The admission webhooks of ApplicationInstances, to be mapped by the host.</summary>
public static class InstanceWebhooks
{
    /// <summary>Path of the validating webhook.</summary>
    public const string ValidatePath = "/validate-apps-vworkspace-io-v1alpha1-applicationinstance";

    /// <summary>Path of the defaulting webhook.</summary>
    public const string MutatePath = "/mutate-apps-vworkspace-io-v1alpha1-applicationinstance";

    /// <summary>Rejects what breaks a rule, all violations in one answer; warns of what only deserves a look.</summary>
    /// <param name="client">Reads a namespace that the cache does not know yet.</param>
    /// <param name="cache">Knows the namespaces.</param>
    /// <param name="options">Settings.</param>
    /// <param name="services">Identity of the cluster and version policy; null for defaults.</param>
    public static IAdmissionHandler Validator(IKubernetesClient client, IInformerCache cache, AppsOptions options, ApplicationInstanceServices? services = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentNullException.ThrowIfNull(options);
        return new InstanceValidator(client, cache.Informer(FluxResources.Namespaces, optional: true).Store, options, services ?? new());
    }

    /// <summary>Fills in <c>spec.mode</c> and the switches of integrations.</summary>
    public static IAdmissionHandler Defaulter() => new InstanceDefaulter();

    private sealed class InstanceDefaulter : IAdmissionHandler
    {
        public ValueTask<AdmissionDecision> HandleAsync(AdmissionRequest request, CancellationToken cancellationToken)
        {
            if (request is { Operation: AdmissionOperation.Create or AdmissionOperation.Update, SubResource: null, Object: { } instance }) Admission.InstanceDefaults.Apply(instance);
            return ValueTask.FromResult(AdmissionDecision.Allowed);
        }
    }

    private sealed class InstanceValidator(
        IKubernetesClient client, IObjectStore<PartialObject> namespaces, AppsOptions options, ApplicationInstanceServices services) : IAdmissionHandler
    {
        public async ValueTask<AdmissionDecision> HandleAsync(AdmissionRequest request, CancellationToken cancellationToken)
        {
            if (request.Operation is not (AdmissionOperation.Create or AdmissionOperation.Update) || request.SubResource is not null || request.Object is not { } submitted)
                return AdmissionDecision.Allowed;
            ApplicationInstance instance = Read(submitted, request);
            ApplicationInstance? old = request.OldObject is { } stored ? Read(stored, request) : null;
            var situation = new Admission.AdmissionSituation
            {
                Instance = instance,
                Old = old,
                SpecUnchanged = old is not null && JsonNode.DeepEquals(submitted["spec"], request.OldObject!["spec"]),
                ClusterId = services.ClusterId(),
                NamespaceLabels = options.NamespaceGate == NamespaceGate.Off ? null : await LabelsAsync(request.Key.Namespace, cancellationToken).ConfigureAwait(false),
            };
            Admission.AdmissionFindings findings = Admission.InstanceAdmission.Review(situation, options, services.VersionPolicy);
            string[] warnings = [.. findings.Warnings.Select(Redactor.Copied)];
            return findings.Violations.Count == 0
                ? AdmissionDecision.Allowed with { Warnings = warnings }
                : AdmissionDecision.Denied(string.Join("; ", findings.Violations.Select(Printable))) with { Warnings = warnings };
        }

        // The path of a field is no secret; read together with what follows, "password: must" would look like one.
        private static SpecViolation Printable(SpecViolation violation) => violation with { Explanation = Redactor.Text(violation.Explanation) };

        // A namespace in the request of a create may be in the request only.
        private static ApplicationInstance Read(JsonObject json, AdmissionRequest request)
        {
            ApplicationInstance instance = json.Deserialize(ApiJson.Default.ApplicationInstance) ?? new();
            return string.IsNullOrEmpty(instance.Metadata.Namespace) ? instance with { Metadata = instance.Metadata with { Namespace = request.Key.Namespace } } : instance;
        }

        // Read through: the namespace may have been labelled a moment before.
        private async Task<IReadOnlyDictionary<string, string>?> LabelsAsync(string name, CancellationToken cancellationToken)
        {
            ObjectKey key = ObjectKey.ClusterScoped(name);
            if (namespaces.Get(key) is { } known && Labels.IsGated(known.Metadata.Labels)) return known.Metadata.Labels;
            ApiResult<PartialObject> answer = await client.GetAsync(FluxResources.Namespaces, key, cancellationToken).ConfigureAwait(false);
            return answer.ValueOrNullIfNotFound()?.Metadata.Labels;
        }
    }
}
