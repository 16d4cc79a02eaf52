using System.Text.Json;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Builtins.Schemas;

/// <summary>Defaults that depend on other fields (upstream: the <c>SetDefaults_*</c> functions of each API group).</summary>
internal static class DefaultingRules
{
    private static readonly Dictionary<string, Action<JsonObject>> Rules = new(StringComparer.Ordinal)
    {
        ["io.k8s.api.core.v1.Pod"] = Pod,
        ["io.k8s.api.core.v1.Volume"] = Volume,
        ["io.k8s.api.core.v1.Container"] = Container,
        ["io.k8s.api.core.v1.EphemeralContainer"] = Container,
        ["io.k8s.api.core.v1.PodSpec"] = PodSpec,
        ["io.k8s.api.core.v1.ImageVolumeSource"] = ImageVolume,
        ["io.k8s.api.core.v1.ServiceSpec"] = ServiceSpec,
        ["io.k8s.api.core.v1.ServicePort"] = ServicePort,
        ["io.k8s.api.core.v1.LimitRangeItem"] = LimitRangeItem,
        ["io.k8s.api.apps.v1.DeploymentStrategy"] = s => RollingUpdate(s, new JsonObject { ["maxUnavailable"] = "25%", ["maxSurge"] = "25%" }),
        ["io.k8s.api.apps.v1.DaemonSetUpdateStrategy"] = s => RollingUpdate(s, new JsonObject { ["maxUnavailable"] = 1, ["maxSurge"] = 0 }),
        ["io.k8s.api.apps.v1.StatefulSetUpdateStrategy"] = s => RollingUpdate(s, new JsonObject { ["partition"] = 0 }),
        ["io.k8s.api.apps.v1.StatefulSetSpec"] = StatefulSetSpec,
        ["io.k8s.api.batch.v1.Job"] = Job,
        ["io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec"] = AutoscalerDefaults.Spec,
        ["io.k8s.api.rbac.v1.Subject"] = Subject,
        ["io.k8s.api.rbac.v1.RoleRef"] = r => Set(r, "apiGroup", "rbac.authorization.k8s.io"),
        ["io.k8s.api.networking.v1.NetworkPolicySpec"] = NetworkPolicySpec,
        ["io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec"] = CustomResourceDefinitionSpec,
    };

    /// <summary>Whether a type has a rule.</summary>
    public static bool Has(BuiltinType type) => Rules.ContainsKey(type.FullName);

    /// <summary>Applies the rule of a type, if it has one.</summary>
    public static void Apply(JsonObject value, BuiltinType type)
    {
        if (Rules.TryGetValue(type.FullName, out var rule))
        {
            rule(value);
        }
    }

    /// <summary>An image is pulled always when its tag is <c>latest</c>, given or implied.</summary>
    internal static string PullPolicy(string image)
    {
        if (image.Contains('@', StringComparison.Ordinal))
        {
            return "IfNotPresent";
        }

        var name = image.AsSpan(image.LastIndexOf('/') + 1);
        var colon = name.IndexOf(':');
        return colon < 0 || name[(colon + 1)..] is "latest" ? "Always" : "IfNotPresent";
    }

    private static void Pod(JsonObject pod)
    {
        if (pod["spec"] is not JsonObject spec)
        {
            return;
        }

        spec["enableServiceLinks"] ??= true;
        foreach (var container in Objects(spec, "containers").Concat(Objects(spec, "initContainers")))
        {
            // A limit stands for a request that was left out.
            if (container["resources"] is JsonObject resources && resources["limits"] is JsonObject { Count: > 0 } limits)
            {
                if (resources["requests"] is not JsonObject requests)
                {
                    requests = [];
                    resources["requests"] = requests;
                }

                foreach (var (name, limit) in limits)
                {
                    requests[name] ??= limit?.DeepClone();
                }
            }
        }
    }

    private static void PodSpec(JsonObject spec)
    {
        if (Text(spec, "serviceAccountName") is { Length: > 0 } account)
        {
            spec["serviceAccount"] = account;
        }
        else if (Text(spec, "serviceAccount") is { Length: > 0 } deprecated)
        {
            spec["serviceAccountName"] = deprecated;
        }

        if (spec["hostNetwork"] is JsonValue host && host.GetValueKind() == JsonValueKind.True)
        {
            foreach (var container in Objects(spec, "containers").Concat(Objects(spec, "initContainers")))
            {
                foreach (var port in Objects(container, "ports"))
                {
                    if (port["hostPort"] is null || port["hostPort"]!.ToJsonString() == "0")
                    {
                        port["hostPort"] = port["containerPort"]?.DeepClone();
                    }
                }
            }
        }
    }

    private static void Volume(JsonObject volume)
    {
        if (!volume.Any(m => m.Key != "name" && m.Value is not null))
        {
            volume["emptyDir"] = new JsonObject();
        }
    }

    private static void Container(JsonObject container)
    {
        if (string.IsNullOrEmpty(Text(container, "imagePullPolicy")))
        {
            container["imagePullPolicy"] = PullPolicy(Text(container, "image") ?? string.Empty);
        }
    }

    private static void ImageVolume(JsonObject source)
    {
        if (string.IsNullOrEmpty(Text(source, "pullPolicy")))
        {
            source["pullPolicy"] = PullPolicy(Text(source, "reference") ?? string.Empty);
        }
    }

    private static void ServiceSpec(JsonObject spec)
    {
        var type = Text(spec, "type");
        if (Text(spec, "sessionAffinity") == "ClientIP" && (spec["sessionAffinityConfig"] as JsonObject)?["clientIP"] is not JsonObject { Count: > 0 })
        {
            spec["sessionAffinityConfig"] = new JsonObject { ["clientIP"] = new JsonObject { ["timeoutSeconds"] = 10800 } };
        }

        if (type is "NodePort" or "LoadBalancer")
        {
            Set(spec, "externalTrafficPolicy", "Cluster");
        }

        if (type is "NodePort" or "LoadBalancer" or "ClusterIP")
        {
            Set(spec, "internalTrafficPolicy", "Cluster");
        }

        if (type == "LoadBalancer")
        {
            spec["allocateLoadBalancerNodePorts"] ??= true;
        }
    }

    private static void ServicePort(JsonObject port)
    {
        if (port["targetPort"] is null || port["targetPort"]!.ToJsonString() is "0" or "\"\"")
        {
            port["targetPort"] = port["port"]?.DeepClone();
        }
    }

    private static void LimitRangeItem(JsonObject item)
    {
        if (Text(item, "type") != "Container")
        {
            return;
        }

        Inherit(item, "default", "max");
        Inherit(item, "defaultRequest", "default");
        Inherit(item, "defaultRequest", "min");

        static void Inherit(JsonObject item, string target, string source)
        {
            foreach (var (name, value) in item[source] as JsonObject ?? [])
            {
                if (item[target] is not JsonObject map)
                {
                    map = [];
                    item[target] = map;
                }

                map[name] ??= value?.DeepClone();
            }
        }
    }

    private static void RollingUpdate(JsonObject strategy, JsonObject parameters)
    {
        if (Text(strategy, "type") == "RollingUpdate")
        {
            strategy["rollingUpdate"] ??= parameters;
        }
    }

    private static void StatefulSetSpec(JsonObject spec)
    {
        spec["persistentVolumeClaimRetentionPolicy"] ??= new JsonObject { ["whenDeleted"] = "Retain", ["whenScaled"] = "Retain" };
        foreach (var claim in Objects(spec, "volumeClaimTemplates"))
        {
            claim["apiVersion"] ??= "v1";
            claim["kind"] ??= "PersistentVolumeClaim";
        }
    }

    private static void Job(JsonObject job)
    {
        if (job["spec"] is not JsonObject spec)
        {
            return;
        }

        // Only a job that leaves both out is one that runs once.
        if (spec["completions"] is null && spec["parallelism"] is null)
        {
            spec["completions"] = 1;
            spec["parallelism"] = 1;
        }

        spec["parallelism"] ??= 1;
        spec["backoffLimit"] ??= spec["backoffLimitPerIndex"] is null ? 6 : int.MaxValue;
        spec["completionMode"] ??= "NonIndexed";
        spec["suspend"] ??= false;
        spec["manualSelector"] ??= false;
        spec["podReplacementPolicy"] ??= spec["podFailurePolicy"] is null ? "TerminatingOrFailed" : "Failed";
        foreach (var rule in Objects(spec["podFailurePolicy"] as JsonObject, "rules"))
        {
            foreach (var pattern in Objects(rule, "onPodConditions"))
            {
                Set(pattern, "status", "True");
            }
        }
    }

    private static void Subject(JsonObject subject)
    {
        if (Text(subject, "kind") is "User" or "Group")
        {
            Set(subject, "apiGroup", "rbac.authorization.k8s.io");
        }
    }

    private static void NetworkPolicySpec(JsonObject spec)
    {
        if (spec["policyTypes"] is not JsonArray { Count: > 0 })
        {
            spec["policyTypes"] = spec["egress"] is JsonArray { Count: > 0 } ? new JsonArray("Ingress", "Egress") : new JsonArray("Ingress");
        }
    }

    private static void CustomResourceDefinitionSpec(JsonObject spec)
    {
        if (spec["names"] is JsonObject names && Text(names, "kind") is { Length: > 0 } kind)
        {
            Set(names, "singular", kind.ToLowerInvariant());
            Set(names, "listKind", kind + "List");
        }

        spec["conversion"] ??= new JsonObject { ["strategy"] = "None" };
    }

    private static void Set(JsonObject target, string name, string value)
    {
        if (string.IsNullOrEmpty(Text(target, name)))
        {
            target[name] = value;
        }
    }

    private static string? Text(JsonObject value, string name) =>
        value[name] is JsonValue text && text.GetValueKind() == JsonValueKind.String ? text.GetValue<string>() : null;

    private static IEnumerable<JsonObject> Objects(JsonObject? owner, string name) => (owner?[name] as JsonArray)?.OfType<JsonObject>() ?? [];
}
