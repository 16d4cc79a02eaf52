using System.Text;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.Credentials;

namespace VWorkspace.Kubernetes;

/// <summary>Reads the <c>user</c> mapping of a kubeconfig: who we are and whom we act as.</summary>
internal static class KubeconfigUser
{
    private const string ExecExtension = "client.authentication.k8s.io/exec";

    /// <summary>The credential. A client certificate goes with any of the others; token, password and plugin exclude each other as they do for kubectl.</summary>
    public static KubernetesCredential Credential(KubeconfigEntry user, KubeconfigEntry cluster)
    {
        if (user.Section("auth-provider") is not null)
            throw user.Bad("auth-provider", "is no longer supported by Kubernetes; use an exec plugin (users[].exec)");
        bool hasToken = user.Text("token") is not null || user.Text("tokenFile") is not null;
        if (hasToken && user.Text("username") is not null) throw user.Bad("token", "and username exclude each other; remove one");
        KubernetesCredential header = KubernetesCredential.None;
        string? inline = user.Text("token");
        if (inline is not null && TokenHeader.TryMake(inline) is null) throw user.Bad("token", "holds white space or control characters inside; it must be the token alone");
        // The file wins: it is what rotates. Until it can be read the token beside it is sent, as client-go does.
        if (user.Path("tokenFile") is { } tokenFile) header = new TokenFileCredential(tokenFile, inline is null ? null : TokenHeader.TryMake(inline));
        else if (inline is not null) header = KubernetesCredential.BearerToken(inline);
        else if (user.Text("username") is { } name) header = KubernetesCredential.Basic(name, user.Text("password") ?? string.Empty);
        else if (user.Section("exec") is { } exec) header = KubernetesCredential.Exec(Plugin(exec, cluster));
        return KubernetesCredential.Combine(Certificate(user), header);
    }

    /// <summary>Whom to act as, or null.</summary>
    public static Impersonation? Impersonation(KubeconfigEntry user)
    {
        string? name = user.Text("as");
        string? uid = user.Text("as-uid");
        IReadOnlyList<string> groups = user.Texts("as-groups");
        var extra = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        if (user.Section("as-user-extra") is { } section)
            foreach ((string key, _) in section.Value) extra[key] = section.Texts(key);
        if (name is not null) return new() { User = name, Uid = uid, Groups = groups, Extra = extra };
        if (uid is not null || groups.Count > 0 || extra.Count > 0) throw user.Bad("as", "is missing: as-uid, as-groups and as-user-extra need a user to act as");
        return null;
    }

    private static KubernetesCredential Certificate(KubeconfigEntry user)
    {
        string? certificate = user.Data("client-certificate-data");
        string? key = user.Data("client-key-data");
        string? certificateFile = user.Path("client-certificate");
        string? keyFile = user.Path("client-key");
        bool anyCertificate = certificate is not null || certificateFile is not null;
        bool anyKey = key is not null || keyFile is not null;
        if (!anyCertificate && !anyKey) return KubernetesCredential.None;
        if (!anyKey) throw user.Bad("client-key-data", "(or client-key) is missing for the client certificate");
        if (!anyCertificate) throw user.Bad("client-certificate-data", "(or client-certificate) is missing for the client key");
        if (certificate is null && key is null) return KubernetesCredential.ClientCertificateFiles(certificateFile!, keyFile!);
        try
        {
            return KubernetesCredential.ClientCertificate(
                certificate ?? ConfigurationFile.ReadText(certificateFile!, "client-certificate"),
                key ?? ConfigurationFile.ReadText(keyFile!, "client-key"));
        }
        catch (KubernetesConfigurationException e)
        {
            throw new KubernetesConfigurationException($"kubeconfig {user.File}: {user.Where}: {e.Message}", e);
        }
    }

    private static ExecPluginOptions Plugin(KubeconfigEntry exec, KubeconfigEntry cluster)
    {
        string command = exec.Text("command") ?? throw exec.Bad("command", "is missing");
        // As upstream: a bare name is looked up in PATH, anything with a separator is relative to the file.
        if (command.AsSpan().ContainsAny('/', Path.DirectorySeparatorChar)) command = exec.Absolute(command);
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (KubeconfigEntry variable in exec.Sections("env")) environment[variable.Text("name") ?? throw variable.Bad("name", "is missing")] = variable.Text("value") ?? string.Empty;
        return new()
        {
            Command = command,
            Arguments = exec.Texts("args"),
            Environment = environment,
            ApiVersion = exec.Text("apiVersion") ?? throw exec.Bad("apiVersion", $"is missing; it is usually {ExecPluginOptions.V1}"),
            InstallHint = exec.Text("installHint"),
            InteractiveMode = exec.Text("interactiveMode") ?? "IfAvailable",
            Cluster = exec.Flag("provideClusterInfo") ? ClusterInfo(cluster) : null,
            Source = $"kubeconfig {exec.File}: {exec.Where}",
        };
    }

    /// <summary>The <c>spec.cluster</c> of an ExecCredential.</summary>
    private static JsonObject ClusterInfo(KubeconfigEntry cluster)
    {
        var info = new JsonObject { ["server"] = cluster.Text("server") };
        if (cluster.Text("tls-server-name") is { } name) info["tls-server-name"] = name;
        if (cluster.Flag("insecure-skip-tls-verify")) info["insecure-skip-tls-verify"] = true;
        string? authorities = cluster.Data("certificate-authority-data")
            ?? (cluster.Path("certificate-authority") is { } file ? ConfigurationFile.ReadText(file, "certificate-authority") : null);
        if (authorities is not null) info["certificate-authority-data"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(authorities));
        if (cluster.Text("proxy-url") is { } proxy) info["proxy-url"] = proxy;
        if (cluster.Flag("disable-compression")) info["disable-compression"] = true;
        foreach (KubeconfigEntry extension in cluster.Sections("extensions"))
            if (extension.Text("name") == ExecExtension && extension.Value["extension"] is { } config) info["config"] = config.DeepClone();
        return info;
    }
}
