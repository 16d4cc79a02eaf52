using System.Security.Cryptography;
using System.Text;

namespace VWorkspace.Api;

/// <summary>Label keys and values.</summary>
public static class Labels
{
    /// <summary>Who manages an object.</summary>
    public const string ManagedBy = "app.vworkspace.io/managed-by";

    /// <summary>Identity of the cluster.</summary>
    public const string ClusterId = "app.vworkspace.io/cluster-id";

    /// <summary>Name of the ApplicationInstance an object belongs to.</summary>
    public const string ApplicationInstance = "app.vworkspace.io/application-instance";

    /// <summary>UID of the Operation an engine object belongs to.</summary>
    public const string Operation = "ops.vworkspace.io/operation";

    /// <summary>Name of the target of an Operation.</summary>
    public const string Target = "ops.vworkspace.io/target";

    /// <summary>Name of the hook a Job was cloned from.</summary>
    public const string SourceHook = "ops.vworkspace.io/source-hook";

    /// <summary>UID of the Operation that created an Operation.</summary>
    public const string ParentOperation = "ops.vworkspace.io/parent-operation";

    /// <summary>Label that Helm charts put on their objects.</summary>
    public const string HelmInstance = "app.kubernetes.io/instance";

    /// <summary>Flux's mark on the objects of a release: name of the HelmRelease.</summary>
    public const string FluxHelmName = "helm.toolkit.fluxcd.io/name";

    /// <summary>Flux's mark on the objects of a release: namespace of the HelmRelease.</summary>
    public const string FluxHelmNamespace = "helm.toolkit.fluxcd.io/namespace";

    /// <summary>Value of <see cref="ManagedBy"/> on what the operator creates.</summary>
    public const string ManagedByOperator = "vworkspace-operator";

    /// <summary>Value of <see cref="ManagedBy"/> on what is applied for the control plane.</summary>
    public const string ManagedByControlPlane = "control-plane";

    /// <summary>Key of the accepted alias of the namespace gate label.</summary>
    public const string NamespaceGateAlias = "managed-by";

    /// <summary>Value of the namespace gate label.</summary>
    public const string NamespaceGateValue = "vworkspace";

    /// <summary>True when a namespace with these labels is open to the operator.</summary>
    public static bool IsGated(IReadOnlyDictionary<string, string> namespaceLabels)
    {
        ArgumentNullException.ThrowIfNull(namespaceLabels);
        return (namespaceLabels.TryGetValue(ManagedBy, out string? canonical) && canonical == NamespaceGateValue)
            || (namespaceLabels.TryGetValue(NamespaceGateAlias, out string? alias) && alias == NamespaceGateValue);
    }

    /// <summary>A name as a label value: unchanged up to 63 characters, else its first 54, a dash and the first 8 hex digits of its SHA-256.</summary>
    public static string ValueOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length <= 63) return name;
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
        return $"{name[..54]}-{hash[..8]}";
    }
}
