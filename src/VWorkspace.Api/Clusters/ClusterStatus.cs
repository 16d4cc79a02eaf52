using VWorkspace.Kubernetes;

namespace VWorkspace.Api;

/// <summary>What the operator observed about itself and its cluster.</summary>
public sealed record ClusterStatus
{
    /// <summary>Generation that was acted on; null before the first pass.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>See <see cref="ClusterPhase"/>.</summary>
    public string? Phase { get; init; }

    /// <summary>Version of the operator that leads.</summary>
    public string? OperatorVersion { get; init; }

    /// <summary>Release channel, when known.</summary>
    public string? OperatorChannel { get; init; }

    /// <summary>Version of Flux; empty when absent.</summary>
    public string? FluxVersion { get; init; }

    /// <summary>Version of Velero; empty when absent.</summary>
    public string? VeleroVersion { get; init; }

    /// <summary>Namespaces with the gate label, sorted by name.</summary>
    public IReadOnlyList<ManagedNamespace>? ManagedNamespaces { get; init; }

    /// <summary>Last successful heartbeat.</summary>
    public DateTimeOffset? LastHeartbeat { get; init; }

    /// <summary>Connected, Disconnected, Authenticated, ControllersHealthy, CRDsRegistered, BufferOverflow; see <see cref="ClusterConditions"/>.</summary>
    public IReadOnlyList<Condition> Conditions { get => field ?? []; init; } = [];

    /// <summary>The credential.</summary>
    public CredentialStatus? CredentialStatus { get; init; }

    /// <summary>The Secret of the credential as a reference.</summary>
    public NamespacedName? CredentialsSecretRef { get; init; }

    /// <summary>Fingerprint of the token that was exchanged last.</summary>
    public string? ObservedToken { get; init; }
}

/// <summary>A namespace with the gate label.</summary>
public sealed record ManagedNamespace
{
    /// <summary>Name.</summary>
    public string Name { get => field ?? string.Empty; init; } = string.Empty;

    /// <summary>Templates that may be run there.</summary>
    public IReadOnlyList<string> AllowedOperationTemplates { get => field ?? []; init; } = [];
}

/// <summary>Where the credential is and what is known about it.</summary>
public sealed record CredentialStatus
{
    /// <summary>Name of the Secret.</summary>
    public string? SecretName { get; init; }

    /// <summary>Namespace of the Secret.</summary>
    public string? SecretNamespace { get; init; }

    /// <summary>When the cluster was registered.</summary>
    public DateTimeOffset? RegisteredAt { get; init; }

    /// <summary>The one-time token was exchanged.</summary>
    public bool? RegistrationTokenConsumed { get; init; }

    /// <summary>When the control plane accepted the current credential last.</summary>
    public DateTimeOffset? LastAcceptedAt { get; init; }

    /// <summary>When the credential expires, when known.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>Values of <see cref="ClusterStatus.Phase"/>.</summary>
public static class ClusterPhase
{
    /// <summary>No credential and no usable token.</summary>
    public const string Pending = "Pending";

    /// <summary>From the first exchange until the first heartbeat.</summary>
    public const string Registering = "Registering";

    /// <summary>Connected.</summary>
    public const string Connected = "Connected";

    /// <summary>Registered, but not connected.</summary>
    public const string Disconnected = "Disconnected";

    /// <summary>Push mode without a credential.</summary>
    public const string Active = "Active";

    /// <summary>A refused token or credential, a failed rotation, or not the primary object.</summary>
    public const string Error = "Error";

    /// <summary>Being deleted.</summary>
    public const string Terminating = "Terminating";
}
