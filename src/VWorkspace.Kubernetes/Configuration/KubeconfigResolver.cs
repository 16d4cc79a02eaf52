using System.Net;
using VWorkspace.Kubernetes.Credentials;
using VWorkspace.Kubernetes.Transport;

namespace VWorkspace.Kubernetes;

/// <summary>Turns one context of a kubeconfig into a configuration.</summary>
internal static class KubeconfigResolver
{
    private const int MaxNames = 20;

    /// <summary>Resolves a context.</summary>
    /// <exception cref="KubernetesConfigurationException">It is not there or cannot be used.</exception>
    public static KubernetesClientConfiguration Resolve(Kubeconfig config, string? contextName, ISurroundings surroundings)
    {
        string files = string.Join(Path.PathSeparator, config.Files);
        string name = (string.IsNullOrEmpty(contextName) ? config.CurrentContext : contextName)
            ?? throw new KubernetesConfigurationException($"kubeconfig {files}: current-context is not set; choose one with 'kubectl config use-context' ({Known(config.Contexts)})");
        if (!config.Contexts.TryGetValue(name, out KubeconfigEntry? context))
            throw new KubernetesConfigurationException($"kubeconfig {files}: there is no context '{name}'; {Known(config.Contexts)}");
        string clusterName = context.Text("cluster") ?? throw context.Bad("cluster", "is missing");
        if (!config.Clusters.TryGetValue(clusterName, out KubeconfigEntry? cluster)) throw context.Bad("cluster", $"names '{clusterName}', which is not in clusters; {Known(config.Clusters)}");
        KubeconfigEntry? user = null;
        if (context.Text("user") is { } userName && !config.Users.TryGetValue(userName, out user)) throw context.Bad("user", $"names '{userName}', which is not in users; {Known(config.Users)}");
        return new KubernetesClientConfiguration
        {
            Server = Server(cluster, user),
            Namespace = context.Text("namespace") ?? "default",
            CertificateAuthorityData = cluster.Data("certificate-authority-data"),
            CertificateAuthorityFile = cluster.Text("certificate-authority-data") is null ? cluster.Path("certificate-authority") : null,
            TlsServerName = cluster.Text("tls-server-name"),
            InsecureSkipTlsVerify = cluster.Flag("insecure-skip-tls-verify"),
            DisableCompression = cluster.Flag("disable-compression"),
            Proxy = Proxy(cluster, surroundings),
            Credential = user is null ? KubernetesCredential.None : KubeconfigUser.Credential(user, cluster),
            Impersonation = user is null ? null : KubeconfigUser.Impersonation(user),
            Source = $"kubeconfig {files}, context {name}",
        }.Validated();
    }

    private static Uri Server(KubeconfigEntry cluster, KubeconfigEntry? user)
    {
        string text = cluster.Text("server") ?? throw cluster.Bad("server", "is missing");
        // Without a scheme upstream takes https when anything about TLS is configured, else http (client-go DefaultServerURL).
        if (!text.Contains("://", StringComparison.Ordinal))
        {
            bool tls = cluster.Text("certificate-authority") is not null || cluster.Text("certificate-authority-data") is not null || cluster.Flag("insecure-skip-tls-verify")
                || user?.Text("client-certificate") is not null || user?.Text("client-certificate-data") is not null;
            text = (tls ? "https://" : "http://") + text;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? server) || server.Host.Length == 0) throw cluster.Bad("server", "is not a URL");
        if (server.Scheme is not ("https" or "http")) throw cluster.Bad("server", "must be an https (or http) URL");
        if (server.UserInfo.Length > 0) throw cluster.Bad("server", "must not hold user and password; put them into users");
        return server;
    }

    private static IWebProxy Proxy(KubeconfigEntry cluster, ISurroundings surroundings)
    {
        if (cluster.Text("proxy-url") is not { } url) return new EnvironmentProxy(surroundings.Variable);
        return ProxyUrl.TryParse(url) ?? throw cluster.Bad("proxy-url", "must be an http, https or socks5 URL");
    }

    /// <summary>What could have been meant; a configuration may have thousands of entries, and a message has to be read.</summary>
    private static string Known(IReadOnlyDictionary<string, KubeconfigEntry> entries)
    {
        if (entries.Count == 0) return "there are none";
        string names = "there are: " + string.Join(", ", entries.Keys.Order(StringComparer.Ordinal).Take(MaxNames));
        return entries.Count <= MaxNames ? names : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{names} and {entries.Count - MaxNames} more");
    }
}
