using VWorkspace.Kubernetes.InMemory.Authorization;
using VWorkspace.Kubernetes.InMemory.Builtins.Autoscaling;
using VWorkspace.Kubernetes.InMemory.Builtins.Pods;
using VWorkspace.Kubernetes.InMemory.Crds;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;

namespace VWorkspace.Kubernetes.InMemory.Builtins;

/// <summary>The built-in resources this server has.</summary>
internal static class BuiltinCatalog
{
    private static readonly BuiltinStrategy Plain = new();
    private static readonly BuiltinStrategy WithStatus = new() { Status = true };
    private static readonly BuiltinStrategy WithGeneration = new() { Status = true, Generation = true };
    private static readonly WorkloadStrategy Workload = new() { Status = true, Generation = true };
    private static readonly EventStrategy Events = new() { Names = NameRules.PathSegment, CoreMetadata = false, CreateOnUpdate = true, Selectable = ["involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid", "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason", "reportingComponent", "source", "type"] };
    private static readonly EventStrategy NewEvents = new() { Names = NameRules.PathSegment, CoreMetadata = false, CreateOnUpdate = true, Selectable = ["reason", "regarding.kind", "regarding.namespace", "regarding.name", "regarding.uid", "regarding.apiVersion", "regarding.resourceVersion", "regarding.fieldPath", "reportingController", "type"] };
    private static readonly Subresource StatusSubresource = new("status", ResourceType.StatusVerbs);
    private static readonly Subresource[] WithScale = [new("scale", ResourceType.StatusVerbs, "autoscaling", "v1", "Scale"), StatusSubresource];

    private static readonly Subresource[] PodSubresources =
    [
        new("attach", ["create", "get"], Kind: "PodAttachOptions"),
        new("binding", ["create"], Kind: "Binding"),
        new("ephemeralcontainers", ResourceType.StatusVerbs),
        new("eviction", ["create"], "policy", "v1", "Eviction"),
        new("exec", ["create", "get"], Kind: "PodExecOptions"),
        new("log", ["get"]),
        new("portforward", ["create", "get"], Kind: "PodPortForwardOptions"),
        new("resize", ResourceType.StatusVerbs),
        StatusSubresource,
    ];

    public static IReadOnlyList<ResourceType> Types { get; } =
    [
        .. Core(),
        .. Apps(),
        .. Batch(),
        .. Networking(),
        .. Policy(),
        .. Autoscalers(),
        .. Storage(),
        .. Machinery(),
        .. Reviews(),
    ];

    private static IEnumerable<ResourceType> Core()
    {
        yield return Make("", "v1", "configmaps", "ConfigMap", true, new ConfigMapStrategy(), "cm");
        yield return Make("", "v1", "endpoints", "Endpoints", true, new BuiltinStrategy { CreateOnUpdate = true }, "ep");
        yield return Make("", "v1", "events", "Event", true, Events, "ev");
        yield return Make("", "v1", "limitranges", "LimitRange", true, new BuiltinStrategy { CreateOnUpdate = true }, "limits");
        yield return Make("", "v1", "namespaces", "Namespace", false, new NamespaceStrategy { Names = NameRules.Label, Status = true, Selectable = ["status.phase", "name"] }, "ns") with
        {
            Verbs = [.. ResourceType.StandardVerbs.Where(v => v != "deletecollection")],
            Subresources = [new Subresource("finalize", ["update"]), StatusSubresource],
        };
        yield return Make("", "v1", "nodes", "Node", false, WithStatus, "no");
        yield return Make("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", true, new VolumeStrategy { Status = true, ReturnsObject = true }, "pvc");
        yield return Make("", "v1", "persistentvolumes", "PersistentVolume", false, new VolumeStrategy { Status = true, ReturnsObject = true }, "pv");
        yield return Make("", "v1", "pods", "Pod", true, new PodStrategy { Status = true, Generation = true, ReturnsObject = true, Selectable = ["spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork", "status.phase", "status.podIP", "status.nominatedNodeName"] }, "po") with { Categories = ["all"], Subresources = PodSubresources };
        yield return Make("", "v1", "podtemplates", "PodTemplate", true, new BuiltinStrategy { Generation = true, ReturnsObject = true });
        yield return Make("", "v1", "replicationcontrollers", "ReplicationController", true, new ReplicationControllerStrategy { Status = true, Generation = true }, "rc") with { Categories = ["all"], Subresources = WithScale };
        yield return Make("", "v1", "resourcequotas", "ResourceQuota", true, new BuiltinStrategy { Status = true, ReturnsObject = true }, "quota");
        yield return Make("", "v1", "secrets", "Secret", true, new SecretStrategy { Selectable = ["type"] });
        yield return Make("", "v1", "serviceaccounts", "ServiceAccount", true, new BuiltinStrategy { ReturnsObject = true }, "sa") with
        {
            Subresources = [new Subresource("token", ["create"], "authentication.k8s.io", "v1", "TokenRequest")],
        };
        yield return Make("", "v1", "services", "Service", true, new ServiceStrategy { Status = true, CreateOnUpdate = true, Names = NameRules.Label1035Name, ReturnsObject = true, Selectable = ["spec.clusterIP", "spec.type"] }, "svc") with { Categories = ["all"] };
    }

    private static IEnumerable<ResourceType> Apps()
    {
        yield return Make("apps", "v1", "controllerrevisions", "ControllerRevision", true, Plain);
        yield return Make("apps", "v1", "daemonsets", "DaemonSet", true, Workload, "ds") with { Categories = ["all"] };
        yield return Make("apps", "v1", "deployments", "Deployment", true, Workload, "deploy") with { Categories = ["all"], Subresources = WithScale };
        yield return Make("apps", "v1", "replicasets", "ReplicaSet", true, Workload, "rs") with { Categories = ["all"], Subresources = WithScale };
        yield return Make("apps", "v1", "statefulsets", "StatefulSet", true, Workload, "sts") with { Categories = ["all"], Subresources = WithScale };
    }

    private static IEnumerable<ResourceType> Batch()
    {
        yield return Make("batch", "v1", "cronjobs", "CronJob", true, new CronJobStrategy { Status = true, Generation = true }, "cj") with { Categories = ["all"] };
        yield return Make("batch", "v1", "jobs", "Job", true, new JobStrategy { Status = true, Generation = true, Selectable = ["status.successful"] }) with { Categories = ["all"] };
    }

    private static IEnumerable<ResourceType> Networking()
    {
        yield return Make("networking.k8s.io", "v1", "ingressclasses", "IngressClass", false, new BuiltinStrategy { Generation = true });
        yield return Make("networking.k8s.io", "v1", "ingresses", "Ingress", true, WithGeneration, "ing");
        yield return Make("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", true, new BuiltinStrategy { Generation = true }, "netpol");
        yield return Make("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", true, new BuiltinStrategy { Generation = true });
    }

    private static IEnumerable<ResourceType> Policy()
    {
        var rbac = new BuiltinStrategy { CreateOnUpdate = true, Names = NameRules.PathSegment };
        var binding = new BindingStrategy { CreateOnUpdate = true, Names = NameRules.PathSegment };
        const string group = "rbac.authorization.k8s.io";
        yield return Make(group, "v1", "clusterrolebindings", "ClusterRoleBinding", false, binding);
        yield return Make(group, "v1", "clusterroles", "ClusterRole", false, rbac);
        yield return Make(group, "v1", "rolebindings", "RoleBinding", true, binding);
        yield return Make(group, "v1", "roles", "Role", true, rbac);
        yield return Make("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", true, WithGeneration, "pdb");
        yield return Make("certificates.k8s.io", "v1", "certificatesigningrequests", "CertificateSigningRequest", false, new CertificateRequestStrategy { Status = true, Names = NameRules.PathSegment }, "csr") with { Subresources = [new Subresource("approval", ResourceType.StatusVerbs), StatusSubresource] };
        yield return Make("node.k8s.io", "v1", "runtimeclasses", "RuntimeClass", false, Plain);
        yield return Make("scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", false, new BuiltinStrategy { Generation = true }, "pc");
    }

    private static IEnumerable<ResourceType> Autoscalers()
    {
        // One strategy and one store; the newer version is the preferred one.
        var strategy = new HorizontalPodAutoscalerStrategy { Status = true };
        foreach (var version in (IReadOnlyList<string>)["v2", "v1"])
            yield return Make("autoscaling", version, "horizontalpodautoscalers", "HorizontalPodAutoscaler", true, strategy, "hpa") with { Categories = ["all"] };
    }

    private static IEnumerable<ResourceType> Storage()
    {
        yield return Make("storage.k8s.io", "v1", "csidrivers", "CSIDriver", false, new BuiltinStrategy { ReturnsObject = true });
        yield return Make("storage.k8s.io", "v1", "csinodes", "CSINode", false, new BuiltinStrategy { ReturnsObject = true });
        yield return Make("storage.k8s.io", "v1", "csistoragecapacities", "CSIStorageCapacity", true, Plain);
        yield return Make("storage.k8s.io", "v1", "storageclasses", "StorageClass", false, new BuiltinStrategy { ReturnsObject = true }, "sc");
        yield return Make("storage.k8s.io", "v1", "volumeattachments", "VolumeAttachment", false, new BuiltinStrategy { Status = true, ReturnsObject = true });
        yield return Make("storage.k8s.io", "v1", "volumeattributesclasses", "VolumeAttributesClass", false, new BuiltinStrategy { ReturnsObject = true }, "vac");
    }

    private static IEnumerable<ResourceType> Machinery()
    {
        yield return Make("events.k8s.io", "v1", "events", "Event", true, NewEvents, "ev") with { StorageKey = "events", StorageGroup = "" };
        yield return Make("coordination.k8s.io", "v1", "leases", "Lease", true, new LeaseStrategy { CoreMetadata = false, CreateOnUpdate = true, UnconditionalUpdate = false });
        yield return Make("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false, new CrdStrategy { CoreMetadata = false, Status = true, Generation = true, UnconditionalUpdate = false }, "crd", "crds") with { Categories = ["api-extensions"] };
        var webhooks = new WebhookConfigurationStrategy { CoreMetadata = false, Generation = true };
        yield return Make("admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", false, webhooks) with { Categories = ["api-extensions"] };
        yield return Make("admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration", false, webhooks) with { Categories = ["api-extensions"] };
        yield return Make("apiregistration.k8s.io", "v1", "apiservices", "APIService", false, new BuiltinStrategy { CoreMetadata = false, Status = true, UnconditionalUpdate = false, Names = NameRules.PathSegment }) with { Categories = ["api-extensions"] };
    }

    private static IEnumerable<ResourceType> Reviews()
    {
        var review = new ReviewStrategy();
        yield return Make("authentication.k8s.io", "v1", "selfsubjectreviews", "SelfSubjectReview", false, review) with { Verbs = ["create"] };
        yield return Make("authentication.k8s.io", "v1", "tokenreviews", "TokenReview", false, review) with { Verbs = ["create"] };
        yield return Make("authorization.k8s.io", "v1", "localsubjectaccessreviews", "LocalSubjectAccessReview", true, review) with { Verbs = ["create"] };
        yield return Make("authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", false, review) with { Verbs = ["create"] };
        yield return Make("authorization.k8s.io", "v1", "selfsubjectrulesreviews", "SelfSubjectRulesReview", false, review) with { Verbs = ["create"] };
        yield return Make("authorization.k8s.io", "v1", "subjectaccessreviews", "SubjectAccessReview", false, review) with { Verbs = ["create"] };
    }

    private static ResourceType Make(string group, string version, string plural, string kind, bool namespaced, ResourceStrategy strategy, params string[] shortNames) => new()
    {
        Group = group,
        Version = version,
        Plural = plural,
        Singular = kind.ToLowerInvariant(),
        Kind = kind,
        ListKind = kind + "List",
        Namespaced = namespaced,
        ShortNames = shortNames,
        Strategy = strategy,
        StorageKey = new GroupResource(group, plural).ToString(),
        Subresources = strategy.HasStatus ? [StatusSubresource] : [],
    };
}
