using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.Builtins;

/// <summary>
/// Prints a pod template as the API server prints its internal Go types in messages: every field of a struct, in declared order, under its Go name,
/// with the zero value where nothing was set (<c>k8s.io/kubernetes/pkg/apis/core/types.go</c>).
/// </summary>
internal static class InternalPodTemplate
{
    // name, or name:zero; a struct name after '=' descends. Zero values: n null, s "", b false, i 0.
    private static readonly Dictionary<string, string[]> Structs = new(StringComparer.Ordinal)
    {
        ["PodSpec"] =
        [
            "Volumes:n=Volume", "InitContainers:n=Container", "Containers:n=Container", "EphemeralContainers:n=Container", "RestartPolicy:s", "TerminationGracePeriodSeconds:n", "ActiveDeadlineSeconds:n",
            "DNSPolicy:s", "NodeSelector:n", "ServiceAccountName:s", "AutomountServiceAccountToken:n", "NodeName:s", "SecurityContext:n=PodSecurityContext", "ImagePullSecrets:n=Name", "Hostname:s", "Subdomain:s",
            "SetHostnameAsFQDN:n", "Affinity:n", "SchedulerName:s", "Tolerations:n=Toleration", "HostAliases:n", "PriorityClassName:s", "Priority:n", "PreemptionPolicy:n", "DNSConfig:n", "ReadinessGates:n", "RuntimeClassName:n",
            "Overhead:n", "EnableServiceLinks:n", "TopologySpreadConstraints:n", "OS:n", "SchedulingGates:n", "ResourceClaims:n", "Resources:n", "HostnameOverride:n", "SchedulingGroup:n",
        ],
        ["Container"] =
        [
            "Name:s", "Image:s", "Command:n", "Args:n", "WorkingDir:s", "Ports:n=ContainerPort", "EnvFrom:n=EnvFrom", "Env:n=EnvVar", "Resources:{}=Resources", "ResizePolicy:n", "RestartPolicy:n", "RestartPolicyRules:n",
            "VolumeMounts:n=VolumeMount", "VolumeDevices:n", "LivenessProbe:n=Probe", "ReadinessProbe:n=Probe", "StartupProbe:n=Probe", "Lifecycle:n", "TerminationMessagePath:s", "TerminationMessagePolicy:s", "ImagePullPolicy:s",
            "SecurityContext:n=SecurityContext", "Stdin:b", "StdinOnce:b", "TTY:b",
        ],
        ["PodSecurityContext"] =
        [
            "HostNetwork:b", "HostPID:b", "HostIPC:b", "ShareProcessNamespace:n", "HostUsers:n", "SELinuxOptions:n", "WindowsOptions:n", "RunAsUser:n", "RunAsGroup:n", "RunAsNonRoot:n", "SupplementalGroups:n",
            "SupplementalGroupsPolicy:n", "FSGroup:n", "FSGroupChangePolicy:n", "Sysctls:n", "SeccompProfile:n=Profile", "AppArmorProfile:n=Profile", "SELinuxChangePolicy:n",
        ],
        ["SecurityContext"] =
        [
            "Capabilities:n=Capabilities", "Privileged:n", "SELinuxOptions:n", "WindowsOptions:n", "RunAsUser:n", "RunAsGroup:n", "RunAsNonRoot:n", "ReadOnlyRootFilesystem:n", "AllowPrivilegeEscalation:n", "ProcMount:n",
            "SeccompProfile:n=Profile", "AppArmorProfile:n=Profile",
        ],
        ["Capabilities"] = ["Add:n", "Drop:n"],
        ["Profile"] = ["Type:s", "LocalhostProfile:n"],
        ["Resources"] = ["Limits:n", "Requests:n", "Claims:n"],
        ["ContainerPort"] = ["Name:s", "HostPort:i", "ContainerPort:i", "Protocol:s", "HostIP:s"],
        ["EnvVar"] = ["Name:s", "Value:s", "ValueFrom:n=EnvVarSource"],
        ["EnvVarSource"] = ["FieldRef:n=FieldRef", "ResourceFieldRef:n", "ConfigMapKeyRef:n=KeyRef", "SecretKeyRef:n=KeyRef", "FileKeyRef:n"],
        ["FieldRef"] = ["APIVersion:s", "FieldPath:s"],
        ["KeyRef"] = ["Name:s", "Key:s", "Optional:n"],
        ["EnvFrom"] = ["Prefix:s", "ConfigMapRef:n=OptionalName", "SecretRef:n=OptionalName"],
        ["OptionalName"] = ["Name:s", "Optional:n"],
        ["Name"] = ["Name:s"],
        ["Toleration"] = ["Key:s", "Operator:s", "Value:s", "Effect:s", "TolerationSeconds:n"],
        ["VolumeMount"] = ["Name:s", "ReadOnly:b", "RecursiveReadOnly:n", "MountPath:s", "SubPath:s", "MountPropagation:n", "SubPathExpr:s"],
        ["Probe"] =
        [
            "Exec:n=Exec", "HTTPGet:n=HttpGet", "TCPSocket:n=TcpSocket", "GRPC:n", "InitialDelaySeconds:i", "TimeoutSeconds:i", "PeriodSeconds:i", "SuccessThreshold:i", "FailureThreshold:i", "TerminationGracePeriodSeconds:n",
        ],
        ["Exec"] = ["Command:n"],
        ["HttpGet"] = ["Path:s", "Port:i", "Host:s", "Scheme:s", "HTTPHeaders:n"],
        ["TcpSocket"] = ["Port:i", "Host:s"],
        ["Volume"] =
        [
            "Name:s", "HostPath:n", "EmptyDir:n=EmptyDir", "GCEPersistentDisk:n", "AWSElasticBlockStore:n", "GitRepo:n", "Secret:n=SecretVolume", "NFS:n", "ISCSI:n", "Glusterfs:n", "PersistentVolumeClaim:n=ClaimVolume", "RBD:n",
            "Quobyte:n", "FlexVolume:n", "Cinder:n", "CephFS:n", "Flocker:n", "DownwardAPI:n", "FC:n", "AzureFile:n", "ConfigMap:n=ConfigMapVolume", "VsphereVolume:n", "AzureDisk:n", "PhotonPersistentDisk:n", "Projected:n",
            "PortworxVolume:n", "ScaleIO:n", "StorageOS:n", "CSI:n", "Ephemeral:n", "Image:n",
        ],
        ["EmptyDir"] = ["Medium:s", "SizeLimit:n"],
        ["SecretVolume"] = ["SecretName:s", "Items:n", "DefaultMode:n", "Optional:n"],
        ["ConfigMapVolume"] = ["Name:s", "Items:n", "DefaultMode:n", "Optional:n"],
        ["ClaimVolume"] = ["ClaimName:s", "ReadOnly:b"],
    };

    // Fields whose JSON name is not the Go name with a small first letter.
    private static readonly Dictionary<string, string> JsonNames = new(StringComparer.Ordinal)
    {
        ["DNSPolicy"] = "dnsPolicy", ["DNSConfig"] = "dnsConfig", ["OS"] = "os", ["TTY"] = "tty", ["HostIP"] = "hostIP", ["HostPID"] = "hostPID", ["HostIPC"] = "hostIPC", ["APIVersion"] = "apiVersion",
        ["HTTPGet"] = "httpGet", ["TCPSocket"] = "tcpSocket", ["GRPC"] = "grpc", ["HTTPHeaders"] = "httpHeaders", ["SELinuxOptions"] = "seLinuxOptions", ["SELinuxChangePolicy"] = "seLinuxChangePolicy",
        ["FSGroup"] = "fsGroup", ["FSGroupChangePolicy"] = "fsGroupChangePolicy", ["GCEPersistentDisk"] = "gcePersistentDisk", ["AWSElasticBlockStore"] = "awsElasticBlockStore", ["NFS"] = "nfs", ["ISCSI"] = "iscsi",
        ["RBD"] = "rbd", ["FC"] = "fc", ["ScaleIO"] = "scaleIO", ["StorageOS"] = "storageos", ["CSI"] = "csi", ["CephFS"] = "cephfs", ["DownwardAPI"] = "downwardAPI",
    };

    private static readonly string[] SharedWithHost = ["HostNetwork", "HostPID", "HostIPC", "ShareProcessNamespace", "HostUsers"];

    public static string Print(JsonObject template)
    {
        // Metadata is embedded and keeps its JSON names; everything else is printed by Go name.
        var result = template["metadata"] is JsonObject metadata ? metadata.Copy() : [];
        var sorted = new JsonObject(result.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create(m.Key, Sorted(m.Value))));
        sorted["Spec"] = Struct(template["spec"] as JsonObject ?? [], "PodSpec");
        return sorted.ToJsonString(BuiltinStrategy.RelaxedJson);
    }

    private static JsonNode? Sorted(JsonNode? node) =>
        node is JsonObject map ? new JsonObject(map.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create(m.Key, Sorted(m.Value)))) : node?.DeepClone();

    private static JsonObject Struct(JsonObject value, string name)
    {
        var result = new JsonObject();
        foreach (var field in Structs[name])
        {
            var type = field.IndexOf('=', StringComparison.Ordinal);
            var zero = field.IndexOf(':', StringComparison.Ordinal);
            var goName = field[..zero];
            var jsonName = JsonNames.GetValueOrDefault(goName) ?? char.ToLowerInvariant(goName[0]) + goName[1..];
            var nested = type < 0 ? null : field[(type + 1)..];
            var member = value[jsonName];
            // The internal type keeps the host's namespaces with the security context.
            if (name == "PodSpec" && goName == "SecurityContext" && member is JsonObject context)
            {
                var merged = context.Copy();
                foreach (var shared in SharedWithHost)
                {
                    var sharedName = JsonNames.GetValueOrDefault(shared) ?? char.ToLowerInvariant(shared[0]) + shared[1..];
                    if (value[sharedName] is { } flag) merged[sharedName] = flag.DeepClone();
                }

                member = merged;
            }

            result[goName] = member switch
            {
                null => Zero(field[(zero + 1)..(type < 0 ? field.Length : type)], nested),
                JsonArray items => new JsonArray([.. items.Select(i => nested is not null && i is JsonObject o ? Struct(o, nested) : Generic(i))]),
                JsonObject o when nested is not null => Struct(o, nested),
                _ => Generic(member),
            };
        }

        return result;
    }

    private static JsonNode? Zero(string zero, string? nested) => zero switch
    {
        "s" => JsonValue.Create(""),
        "b" => JsonValue.Create(false),
        "i" => JsonValue.Create(0),
        "{}" => Struct([], nested!),
        _ => null,
    };

    /// <summary>Types without a table: Go names by rule; maps of labels and quantities keep their keys.</summary>
    private static JsonNode? Generic(JsonNode? node) => Sorted(node);
}
