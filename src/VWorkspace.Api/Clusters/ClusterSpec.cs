namespace VWorkspace.Api;

/// <summary>How the operator reaches its control plane.</summary>
public sealed record ClusterSpec
{
    /// <summary>Stable identity; immutable once registered.</summary>
    public string? ClusterId { get; init; }

    /// <summary>Base address of the control plane.</summary>
    public string? ControlPlaneBaseUrl { get; init; }

    /// <summary>The same as <see cref="ControlPlaneBaseUrl"/>; wins when both are set.</summary>
    public string? ControlPlaneEndpoint { get; init; }

    /// <summary>One-time token. Secret: never log it.</summary>
    public string? RegistrationToken { get; init; }

    /// <summary>Secret with the one-time token; wins over <see cref="RegistrationToken"/>.</summary>
    public TokenSecretReference? RegistrationTokenSecretRef { get; init; }

    /// <summary>See <see cref="Api.ConnectivityMode"/>; empty counts as pull.</summary>
    public string ConnectivityMode { get => field ?? string.Empty; init; } = string.Empty;

    /// <summary>Replace the credential at once.</summary>
    public bool RotateCredentials { get; init; }

    /// <summary>Proxy for the way to the control plane.</summary>
    public ClusterProxy? Proxy { get; init; }

    /// <summary>What the operator demands of the control plane.</summary>
    public ClusterSecurity? Security { get; init; }

    /// <summary>Reserved.</summary>
    public ClusterCapabilities? Capabilities { get; init; }

    /// <summary>Which releases of the operator this cluster follows.</summary>
    public ClusterUpgrade? Upgrade { get; init; }

    /// <summary>Everything but the token.</summary>
    public override string ToString() => $"ClusterSpec {{ ClusterId = {ClusterId}, ConnectivityMode = {ConnectivityMode} }}";
}

/// <summary>Values of <see cref="ClusterSpec.ConnectivityMode"/>.</summary>
public static class ConnectivityMode
{
    /// <summary>Jobs are fetched from the control plane.</summary>
    public const string Pull = "pull";

    /// <summary>The operator only reports.</summary>
    public const string Push = "push";

    /// <summary>The operator reports; intent comes from a repository.</summary>
    public const string GitOps = "gitops";
}

/// <summary>A key of a Secret in the operator's namespace.</summary>
public sealed record TokenSecretReference
{
    /// <summary>Key when the object does not say.</summary>
    public const string DefaultKey = "registrationToken";

    /// <summary>Name of the Secret.</summary>
    public string Name { get => field ?? string.Empty; init; } = string.Empty;

    /// <summary>Key; null means <see cref="DefaultKey"/>.</summary>
    public string? Key { get; init; }
}

/// <summary>Proxy for the way to the control plane.</summary>
public sealed record ClusterProxy
{
    /// <summary>Proxy for http addresses.</summary>
    public string? HttpProxy { get; init; }

    /// <summary>Proxy for https addresses.</summary>
    public string? HttpsProxy { get; init; }

    /// <summary>Comma-separated exceptions.</summary>
    public string? NoProxy { get; init; }

    /// <summary>Secret with <c>username</c> and <c>password</c>.</summary>
    public SecretNameReference? CredentialsSecretRef { get; init; }
}

/// <summary>A Secret in the operator's namespace.</summary>
public sealed record SecretNameReference
{
    /// <summary>Name of the Secret.</summary>
    public string Name { get => field ?? string.Empty; init; } = string.Empty;
}

/// <summary>What the operator demands of the control plane.</summary>
public sealed record ClusterSecurity
{
    /// <summary>Refuse jobs without a valid signature.</summary>
    public bool RequireSignedPayloads { get; init; }

    /// <summary>Refuse jobs that carry Secrets in clear text.</summary>
    public bool RequireEncryptedSecretPayloads { get; init; }

    /// <summary>Client certificates.</summary>
    public MutualTls? Mtls { get; init; }
}

/// <summary>Client certificates.</summary>
public sealed record MutualTls
{
    /// <summary>Present a client certificate.</summary>
    public bool Enabled { get; init; }
}

/// <summary>Reserved; accepted and ignored.</summary>
public sealed record ClusterCapabilities
{
    /// <summary>Reserved.</summary>
    public bool? Flux { get; init; }

    /// <summary>Reserved.</summary>
    public bool? Velero { get; init; }
}

/// <summary>Which releases of the operator a cluster follows.</summary>
public sealed record ClusterUpgrade
{
    /// <summary><c>stable</c>, <c>candidate</c> or <c>edge</c>.</summary>
    public string? Channel { get; init; }

    /// <summary>Stay on this version; wins over the channel.</summary>
    public string? PinnedVersion { get; init; }
}
