namespace VWorkspace.Api;

/// <summary>Condition types of a <see cref="Cluster"/>. The vocabulary is closed.</summary>
public static class ClusterConditions
{
    /// <summary>The control plane is reached.</summary>
    public const string Connected = "Connected";

    /// <summary>No round trip for the grace period.</summary>
    public const string Disconnected = "Disconnected";

    /// <summary>The control plane accepts the credential.</summary>
    public const string Authenticated = "Authenticated";

    /// <summary>Flux, cert-manager, external-secrets and Velero are there and available.</summary>
    public const string ControllersHealthy = "ControllersHealthy";

    /// <summary>The three CRDs are those of this version.</summary>
    public const string CRDsRegistered = "CRDsRegistered";

    /// <summary>Outbound events were dropped.</summary>
    public const string BufferOverflow = "BufferOverflow";

    /// <summary>All types, in the order of the documentation.</summary>
    public static IReadOnlyList<string> All { get; } = [Connected, Disconnected, Authenticated, ControllersHealthy, CRDsRegistered, BufferOverflow];
}

/// <summary>Reasons of the conditions of a <see cref="Cluster"/>.</summary>
public static class ClusterReasons
{
    /// <summary>Connected=True since the registration.</summary>
    public const string ControlPlaneReachable = "ControlPlaneReachable";

    /// <summary>Connected=True after a recovery or with a stored credential.</summary>
    public const string RoundTripOK = "RoundTripOK";

    /// <summary>Connected=False: the one-time token is malformed or refused.</summary>
    public const string RegistrationTokenInvalid = "RegistrationTokenInvalid";

    /// <summary>Connected=False: no answer.</summary>
    public const string ControlPlaneUnreachable = "ControlPlaneUnreachable";

    /// <summary>Connected=False: the registration cannot be tried yet.</summary>
    public const string RegistrationPending = "RegistrationPending";

    /// <summary>Connected=False, Authenticated=False: neither credential nor token.</summary>
    public const string CredentialMissing = "CredentialMissing";

    /// <summary>Connected=False: the credential is refused.</summary>
    public const string AuthenticationFailed = "AuthenticationFailed";

    /// <summary>Connected=False: another object is the active one.</summary>
    public const string NotPrimary = "NotPrimary";

    /// <summary>Disconnected=True.</summary>
    public const string NoRecentRoundTrip = "NoRecentRoundTrip";

    /// <summary>Disconnected=False: connected.</summary>
    public const string Connected = "Connected";

    /// <summary>Disconnected=False, Connected=Unknown: not tracked.</summary>
    public const string NotApplicable = "NotApplicable";

    /// <summary>Authenticated=True after a live exchange.</summary>
    public const string CredentialAccepted = "CredentialAccepted";

    /// <summary>Authenticated=True for a stored credential that was not used yet.</summary>
    public const string CredentialValid = "CredentialValid";

    /// <summary>Authenticated=False: accepted before, refused now.</summary>
    public const string CredentialRevoked = "CredentialRevoked";

    /// <summary>Authenticated=False: refused in every other case.</summary>
    public const string CredentialRejected = "CredentialRejected";

    /// <summary>Authenticated=False: the known expiry has passed.</summary>
    public const string CredentialExpired = "CredentialExpired";

    /// <summary>Authenticated=False: failure below the application level.</summary>
    public const string ControlPlaneAuthenticationFailed = "ControlPlaneAuthenticationFailed";

    /// <summary>Authenticated=False: no credential, and the last registration failed.</summary>
    public const string RegistrationFailed = "RegistrationFailed";

    /// <summary>Authenticated=False: no credential, and the Secret of the token is missing.</summary>
    public const string TokenSecretMissing = "TokenSecretMissing";

    /// <summary>Authenticated=False: a requested rotation failed.</summary>
    public const string RotationFailed = "RotationFailed";

    /// <summary>ControllersHealthy=True.</summary>
    public const string AllControllersReady = "AllControllersReady";

    /// <summary>ControllersHealthy=False: at least one is not installed.</summary>
    public const string ControllerMissing = "ControllerMissing";

    /// <summary>ControllersHealthy=False: at least one is not available.</summary>
    public const string ControllerDegraded = "ControllerDegraded";

    /// <summary>ControllersHealthy=Unknown.</summary>
    public const string Reconciling = "Reconciling";

    /// <summary>CRDsRegistered=True.</summary>
    public const string SchemaMatches = "SchemaMatches";

    /// <summary>CRDsRegistered=False: one is absent or not established.</summary>
    public const string CRDMissing = "CRDMissing";

    /// <summary>CRDsRegistered=False: one differs.</summary>
    public const string SchemaMismatch = "SchemaMismatch";

    /// <summary>CRDsRegistered=False: the conversion webhook fails.</summary>
    public const string ConversionFailing = "ConversionFailing";

    /// <summary>BufferOverflow=True.</summary>
    public const string EventBufferFull = "EventBufferFull";

    /// <summary>BufferOverflow=False.</summary>
    public const string BufferDrained = "BufferDrained";
}
