using System.Net;

namespace VWorkspace.Operator.Settings;

/// <summary>Metrics listener.</summary>
public sealed record MetricsSettings
{
    /// <summary>Where <c>/metrics</c> is served. Default <c>:8080</c>.</summary>
    public BindAddress BindAddress { get; init; } = BindAddress.AnyInterface(8080);

    /// <summary>HTTPS, and only for those whom the API server lets get <c>/metrics</c>. Default false.</summary>
    public bool Secure { get; init; }

    /// <summary>Certificate files for the secure listener; without a directory a self-signed one is made.</summary>
    public CertificateFiles Certificate { get; init; } = new("");
}

/// <summary>A certificate and its key as two files of one directory.</summary>
/// <param name="Directory">Directory; empty when there is none.</param>
/// <param name="CertificateName">File of the certificate chain, PEM.</param>
/// <param name="KeyName">File of the private key, PEM.</param>
public sealed record CertificateFiles(string Directory, string CertificateName = "tls.crt", string KeyName = "tls.key");

/// <summary>Leader election by a Lease.</summary>
public sealed record LeaderElectionSettings
{
    /// <summary>Whether replicas elect a leader. Default false; chart and manifests turn it on.</summary>
    public bool Enabled { get; init; }

    /// <summary>Name of the Lease. Default <c>dad03b25.vworkspace.io</c>.</summary>
    public string LeaseName { get; init; } = "dad03b25.vworkspace.io";

    /// <summary>Namespace of the Lease; null for the operator's own.</summary>
    public string? LeaseNamespace { get; init; }

    /// <summary>How long followers wait after the last renewal before they take over. Default 15 s.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the leader tries to renew before it gives up. Default 10 s, less than the lease duration.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time between two attempts. Default 2 s, less than the renew deadline.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>Admission webhooks.</summary>
public sealed record WebhookSettings
{
    /// <summary>Whether webhooks are served. Default false.</summary>
    public bool Enabled { get; init; }

    /// <summary>Port; 0 lets the system choose one. Default 9443.</summary>
    public int Port { get; init; } = 9443;

    /// <summary>Interface; null for all of them. Not a flag: for tests and demonstrations.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>Serving certificate. When its directory is not there, a self-signed one is made.</summary>
    public CertificateFiles Certificate { get; init; } = new("/tmp/k8s-webhook-server/serving-certs");

    /// <summary>HTTP/2 on webhooks and secure metrics. Default false because of rapid-reset style attacks.</summary>
    public bool EnableHttp2 { get; init; }
}

/// <summary>How applications are reconciled.</summary>
public sealed record ApplicationSettings
{
    /// <summary><c>spec.interval</c> of the HelmRelease. Default 5 min.</summary>
    public TimeSpan HelmReleaseInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary><c>spec.timeout</c> of the HelmRelease. Default 10 min.</summary>
    public TimeSpan HelmReleaseTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary><c>spec.interval</c> of the chart source. Default 5 min.</summary>
    public TimeSpan ChartSourceInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Prefixes of allowed chart URLs; empty for every source.</summary>
    public IReadOnlyList<string> AllowedChartUrls { get; init; } = [];

    /// <summary>Charts over plain HTTP. Default false.</summary>
    public bool AllowPlainHttpCharts { get; init; }

    /// <summary>What happens outside managed namespaces. Default <see cref="NamespaceGateMode.Warn"/>.</summary>
    public NamespaceGateMode NamespaceGate { get; init; } = NamespaceGateMode.Warn;

    /// <summary>Pod security level that managed namespaces must have: empty, <c>baseline</c> or <c>restricted</c>.</summary>
    public string RequirePodSecurity { get; init; } = "";

    /// <summary>The optional SeaweedFS extension: <c>auto</c>, <c>on</c> or <c>off</c>.</summary>
    public string SeaweedFsModule { get; init; } = "auto";

    /// <summary>Upper bound between looks at a blocked object. Default 30 s.</summary>
    public TimeSpan BlockedRecheckInterval { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>What happens to objects in namespaces that are not labelled as managed.</summary>
public enum NamespaceGateMode
{
    /// <summary>Nothing.</summary>
    Off,

    /// <summary>They are reconciled, and it is said.</summary>
    Warn,

    /// <summary>They are not reconciled.</summary>
    Enforce,
}

/// <summary>How operations are reconciled.</summary>
public sealed record OperationSettings
{
    /// <summary>Namespace of Velero's objects. Default <c>velero</c>.</summary>
    public string VeleroNamespace { get; init; } = "velero";

    /// <summary>Templates that need an approval. Default <c>restore.velero</c>; empty for none.</summary>
    public IReadOnlyList<string> ApprovalRequiredTemplates { get; init; } = ["restore.velero"];

    /// <summary>Further operation templates to enable.</summary>
    public IReadOnlyList<string> ExtendedTemplates { get; init; } = [];

    /// <summary>How long a precondition may stay unmet; zero for ever.</summary>
    public TimeSpan WaitWindow { get; init; }

    /// <summary>Running time limit; zero for the engine's own. Default 24 h.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromHours(24);

    /// <summary>When finished operations are deleted; zero for never.</summary>
    public TimeSpan Retention { get; init; }

    /// <summary>Service account of operation runners.</summary>
    public string RunnerServiceAccount { get; init; } = "vworkspace-operation-runner";

    /// <summary>How long an engine's object may stay unseen. Default 60 s.</summary>
    public TimeSpan WorkloadMissingGrace { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>HMAC key of approval claims.</summary>
    public Secret ApprovalClaimSecret { get; init; } = Secret.None;

    /// <summary>File with the HMAC key of approval claims; empty for none.</summary>
    public string ApprovalClaimSecretFile { get; init; } = "";
}

/// <summary>The link to the control plane.</summary>
public sealed record AgentSettings
{
    /// <summary>Long-poll wait. Default 30 s.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Secret of the credential when the Cluster status names none.</summary>
    public string CredentialsSecret { get; init; } = "vworkspace-agent-credentials";

    /// <summary>Namespace of that Secret; null for the operator's own.</summary>
    public string? CredentialsNamespace { get; init; }

    /// <summary>Time between heartbeats. Default 30 s.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>From the first failure to <c>Disconnected=True</c>. Default 5 min.</summary>
    public TimeSpan DisconnectGracePeriod { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Success needed to clear it. Default 1 min.</summary>
    public TimeSpan ConnectRecoveryThreshold { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Events in one audit batch. Default 100.</summary>
    public int EventBatchSize { get; init; } = 100;

    /// <summary>Longest wait before a batch is sent. Default 1 s.</summary>
    public TimeSpan EventFlushInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Events kept while the control plane is away. Default 1000.</summary>
    public int EventBufferSize { get; init; } = 1000;

    /// <summary>How long a deleted Cluster waits for the control plane; zero for ever. Default zero.</summary>
    public TimeSpan DecommissionTimeout { get; init; }

    /// <summary>Which of the two forms of an audit record are sent: <c>both</c>, <c>transitions</c> or <c>named</c>. Default <c>both</c>.</summary>
    public string AuditEvents { get; init; } = "both";

    /// <summary>Further kinds that jobs may apply, as <c>Kind.group</c>. Default none.</summary>
    public IReadOnlyList<string> ExtraKinds { get; init; } = [];

    /// <summary>Controllers that must be there for a Cluster to be healthy.</summary>
    public IReadOnlyList<string> RequiredControllers { get; init; } = ["flux", "velero", "cert-manager", "external-secrets"];

    /// <summary>Where those controllers run when it is not their usual namespace, as <c>controller=namespace</c>.</summary>
    public IReadOnlyList<string> ControllerNamespaces { get; init; } = [];

    /// <summary>Accept <c>http://</c> beyond loopback. Default false.</summary>
    public bool AllowInsecureControlPlane { get; init; }
}

/// <summary>How the process works with the API server and how it stops.</summary>
public sealed record RuntimeSettings
{
    /// <summary>Workers of each controller.</summary>
    public ConcurrencyLimits MaxConcurrentReconciles { get; init; } = ConcurrencyLimits.Default;

    /// <summary>Deadline of one reconcile; zero for none. Default 5 min.</summary>
    public TimeSpan ReconcileTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Time for running reconciles at the end. Default 30 s.</summary>
    public TimeSpan GracefulShutdownTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the start waits for the API server, the CRDs and the first lists of what is watched. Default 2 min.</summary>
    public TimeSpan StartupTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Sustained requests per second to the API server. Default 20.</summary>
    public double KubeApiQps { get; init; } = 20;

    /// <summary>Requests above that rate in one burst. Default 30.</summary>
    public int KubeApiBurst { get; init; } = 30;

    /// <summary>PEM files added to the trust set of outbound TLS.</summary>
    public IReadOnlyList<string> ExtraCaBundles { get; init; } = [];

    /// <summary>How often missing CRDs are looked for besides the watch. Default 60 s. Not a flag: for tests and demonstrations.</summary>
    public TimeSpan RecheckInterval { get; init; } = TimeSpan.FromSeconds(60);
}
