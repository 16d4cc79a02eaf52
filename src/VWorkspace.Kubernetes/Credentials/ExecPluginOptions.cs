using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.Credentials;

/// <summary>
/// A credential plugin (<c>client.authentication.k8s.io/v1</c> or <c>v1beta1</c>): a program that prints an <c>ExecCredential</c>. Members are those of
/// <c>users[].exec</c> in a kubeconfig.
/// </summary>
public sealed record ExecPluginOptions
{
    /// <summary>Program; looked up in <c>PATH</c> when it holds no directory separator.</summary>
    public required string Command { get; init; }

    /// <summary>Arguments.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Variables on top of our own environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Version that the plugin speaks; must be what it prints.</summary>
    public string ApiVersion { get; init; } = V1;

    /// <summary>Text for people who do not have the plugin.</summary>
    public string? InstallHint { get; init; }

    /// <summary><c>Never</c>, <c>IfAvailable</c> or <c>Always</c>. This client never has a terminal to offer, so <c>Always</c> is refused.</summary>
    public string InteractiveMode { get; init; } = "IfAvailable";

    /// <summary>The cluster as the plugin is told about it in <c>KUBERNETES_EXEC_INFO</c>; null when it does not ask (<c>provideClusterInfo</c>).</summary>
    public JsonObject? Cluster { get; init; }

    /// <summary>Longest time the plugin may take. Default 60 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Where the settings come from, for messages.</summary>
    public string Source { get; init; } = "exec credential plugin";

    internal const string V1 = "client.authentication.k8s.io/v1";
    internal const string V1Beta1 = "client.authentication.k8s.io/v1beta1";

    internal ExecPluginOptions Validated()
    {
        if (string.IsNullOrWhiteSpace(Command)) throw new KubernetesConfigurationException($"{Source}: command is empty");
        if (ApiVersion is not (V1 or V1Beta1))
            throw new KubernetesConfigurationException($"{Source}: apiVersion '{ApiVersion}' is not supported; use {V1} (or {V1Beta1}) and a plugin that speaks it");
        if (InteractiveMode == "Always")
            throw new KubernetesConfigurationException($"{Source}: interactiveMode Always needs a terminal, which this client has not; use IfAvailable or another credential");
        if (InteractiveMode is not ("Never" or "IfAvailable"))
            throw new KubernetesConfigurationException($"{Source}: interactiveMode '{InteractiveMode}' is unknown; it is Never, IfAvailable or Always");
        return this;
    }

    /// <summary>Tells the program, but neither arguments nor environment, which may hold secrets.</summary>
    public override string ToString() => $"exec {Command}";
}
