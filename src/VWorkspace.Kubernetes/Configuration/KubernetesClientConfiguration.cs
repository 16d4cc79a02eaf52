using System.Net;
using VWorkspace.Kubernetes.Credentials;

namespace VWorkspace.Kubernetes;

/// <summary>Where the API server is, how it is recognised and who we are. Text form and messages never hold credentials.</summary>
public sealed record KubernetesClientConfiguration
{
    /// <summary>Address of the API server; <c>https</c> unless for tests. A path is kept as prefix of every request.</summary>
    public required Uri Server { get; init; }

    /// <summary>Namespace of the context. Default <c>default</c>.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>PEM certificates of the authorities that alone may vouch for the server; null for <see cref="CertificateAuthorityFile"/> or the system's trust.</summary>
    public string? CertificateAuthorityData { get; init; }

    /// <summary>File of such certificates, read again when it changes; null for the system's trust.</summary>
    public string? CertificateAuthorityFile { get; init; }

    /// <summary>Name that the server's certificate must have (and that is sent as server name and host) when it is not that of the address.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>Accept any certificate. Whoever is on the way then reads the credentials.</summary>
    public bool InsecureSkipTlsVerify { get; init; }

    /// <summary>Proxy for all requests, or null for none.</summary>
    public IWebProxy? Proxy { get; init; }

    /// <summary>Do not ask for compressed answers. Default false: long lists arrive as gzip.</summary>
    public bool DisableCompression { get; init; }

    /// <summary>Who we are. Default nobody.</summary>
    public KubernetesCredential Credential { get; init; } = KubernetesCredential.None;

    /// <summary>Whom to act as, or null for ourselves.</summary>
    public Impersonation? Impersonation { get; init; }

    /// <summary>Where the configuration comes from, for people.</summary>
    public string Source { get; init; } = "code";

    /// <summary>Reads a context of a kubeconfig file.</summary>
    /// <param name="path">The file; it must exist.</param>
    /// <param name="context">Name of the context, or null for the file's current one.</param>
    /// <exception cref="KubernetesConfigurationException">The file cannot be used; the message names file, field and remedy.</exception>
    public static KubernetesClientConfiguration FromKubeconfigFile(string path, string? context = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return KubeconfigResolver.Resolve(Kubeconfig.Load([path], mayBeMissing: false), context, ProcessSurroundings.Instance);
    }

    /// <summary>Reads the service account of the pod that we run in; token and authorities are read again when they change.</summary>
    /// <exception cref="KubernetesConfigurationException">We do not run in a pod, or its service account is not mounted.</exception>
    public static KubernetesClientConfiguration InCluster() => ConfigurationLoader.InCluster(ProcessSurroundings.Instance);

    /// <summary>
    /// Finds the cluster: <paramref name="explicitKubeconfigPath"/>, then the files of <c>KUBECONFIG</c> (merged as kubectl does), then the pod's service account,
    /// then <c>$HOME/.kube/config</c>. The first that is there is taken; when it cannot be used that is an error, not a reason to go on. Files of <c>KUBECONFIG</c> that are
    /// missing are passed over; when all are, a pod uses its service account, and elsewhere that is an error.
    /// </summary>
    /// <param name="explicitKubeconfigPath">For instance the value of <c>--kubeconfig</c>; null or empty when there is none.</param>
    /// <param name="context">Name of a context, or null for the current one; not used in a pod.</param>
    /// <exception cref="KubernetesConfigurationException">There is no configuration, or the one found cannot be used.</exception>
    public static KubernetesClientConfiguration Load(string? explicitKubeconfigPath = null, string? context = null) =>
        ConfigurationLoader.Load(explicitKubeconfigPath, context, ProcessSurroundings.Instance);

    /// <summary>Source and server; never a credential.</summary>
    public override string ToString() => $"{Source} ({Server})";

    /// <summary>Checks what the type cannot.</summary>
    internal KubernetesClientConfiguration Validated()
    {
        if (!Server.IsAbsoluteUri || Server.Scheme is not ("https" or "http")) throw new KubernetesConfigurationException($"{Source}: the server address must be an absolute https (or http) URL");
        if (Server.UserInfo.Length > 0) throw new KubernetesConfigurationException($"{Source}: the server address must not hold user and password; use a credential");
        if (InsecureSkipTlsVerify && (CertificateAuthorityData is not null || CertificateAuthorityFile is not null))
            throw new KubernetesConfigurationException($"{Source}: insecure-skip-tls-verify and certificate authorities exclude each other; remove one");
        _ = Impersonation?.Validated(Source);
        return this;
    }
}
