using VWorkspace.Kubernetes.Credentials;

namespace VWorkspace.Kubernetes;

/// <summary>What the loader sees of the process and its machine; a test shows it another one.</summary>
internal interface ISurroundings
{
    string? Variable(string name);

    /// <summary>Home directory, or null.</summary>
    string? Home { get; }

    /// <summary>Where the kubelet mounts the service account.</summary>
    string ServiceAccountDirectory { get; }
}

internal sealed class ProcessSurroundings : ISurroundings
{
    public static ProcessSurroundings Instance { get; } = new();

    public string? Home => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } home ? home : null;

    public string ServiceAccountDirectory => "/var/run/secrets/kubernetes.io/serviceaccount";

    public string? Variable(string name) => Environment.GetEnvironmentVariable(name);
}

/// <summary>Finds the configuration, in the order that the documentation of the command line promises.</summary>
internal static class ConfigurationLoader
{
    public static KubernetesClientConfiguration Load(string? explicitPath, string? context, ISurroundings surroundings)
    {
        if (!string.IsNullOrEmpty(explicitPath)) return KubeconfigResolver.Resolve(Kubeconfig.Load([explicitPath], mayBeMissing: false), context, surroundings);
        string? list = surroundings.Variable("KUBECONFIG") is { Length: > 0 } variable ? variable : null;
        if (list is not null)
        {
            string[] files = list.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            Kubeconfig merged = Kubeconfig.Load(files.Distinct(StringComparer.Ordinal).ToList(), mayBeMissing: true);
            if (merged.Files.Count > 0) return KubeconfigResolver.Resolve(merged, context, surroundings);
        }

        // As client-go: files that are all missing are an empty configuration, and a pod with one uses its service account. The file at home is not looked at then.
        if (surroundings.Variable("KUBERNETES_SERVICE_HOST") is { Length: > 0 } && File.Exists(Path.Combine(surroundings.ServiceAccountDirectory, "token"))) return InCluster(surroundings);
        if (list is not null) throw new KubernetesConfigurationException($"KUBECONFIG names no file that exists: {list}; correct or unset it");
        if (surroundings.Home is { } home && Path.Combine(home, ".kube", "config") is var standard && File.Exists(standard))
            return KubeconfigResolver.Resolve(Kubeconfig.Load([standard], mayBeMissing: false), context, surroundings);
        throw new KubernetesConfigurationException(
            "there is no cluster configuration: neither --kubeconfig nor KUBECONFIG is set, this is not a pod with a service account, and there is no $HOME/.kube/config; give one of them");
    }

    public static KubernetesClientConfiguration InCluster(ISurroundings surroundings)
    {
        string host = surroundings.Variable("KUBERNETES_SERVICE_HOST") is { Length: > 0 } h ? h : throw NotInPod("KUBERNETES_SERVICE_HOST");
        string port = surroundings.Variable("KUBERNETES_SERVICE_PORT") is { Length: > 0 } p ? p : throw NotInPod("KUBERNETES_SERVICE_PORT");
        string bracketed = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;
        if (!Uri.TryCreate($"https://{bracketed}:{port}", UriKind.Absolute, out Uri? server))
            throw new KubernetesConfigurationException("in-cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT do not make an address");
        string tokenFile = Path.Combine(surroundings.ServiceAccountDirectory, "token");
        string authorities = Path.Combine(surroundings.ServiceAccountDirectory, "ca.crt");
        string namespaceFile = Path.Combine(surroundings.ServiceAccountDirectory, "namespace");
        if (!File.Exists(tokenFile)) throw new KubernetesConfigurationException($"in-cluster: there is no {tokenFile}; let the pod mount its service account (automountServiceAccountToken)");
        return new()
        {
            Server = server,
            Namespace = File.Exists(namespaceFile) && ConfigurationFile.ReadText(namespaceFile, "namespace").Trim() is { Length: > 0 } ns ? ns : "default",
            CertificateAuthorityFile = File.Exists(authorities) ? authorities : null,
            Credential = KubernetesCredential.TokenFile(tokenFile),
            Source = "in-cluster",
        };
    }

    private static KubernetesConfigurationException NotInPod(string variable) => new($"in-cluster: {variable} is not set; this is not a pod, so give a kubeconfig");
}
