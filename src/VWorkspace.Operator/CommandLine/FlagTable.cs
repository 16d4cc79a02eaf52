using VWorkspace.Operator.Settings;
using static VWorkspace.Operator.CommandLine.FlagValue;

namespace VWorkspace.Operator.CommandLine;

/// <summary>
/// Every flag of the manager, in the order in which they are applied and documented. Parser, <c>--help</c> and the table in
/// <c>docs/operate/flags.md</c> all come from here; a test proves each default against <see cref="OperatorOptions"/>.
/// </summary>
internal static class FlagTable
{
    /// <summary>The flags.</summary>
    public static IReadOnlyList<Flag> Flags { get; } =
    [
        .. Listeners(), .. LeaderElection(), .. Webhooks(), .. Agent(), .. Applications(), .. Operations(), .. Runtime(), .. Logging(), .. Obsolete(),
    ];

    private static Flag[] Listeners() =>
    [
        new("metrics-bind-address", FlagKind.Address, ":8080", "Where /metrics is served; 0 for no listener",
            (o, v) => o with { Metrics = o.Metrics with { BindAddress = BindAddress.Parse(v) } }),
        new("metrics-secure", FlagKind.Boolean, "false", "HTTPS on /metrics, for those whom the API server lets get it",
            (o, v) => o with { Metrics = o.Metrics with { Secure = Boolean(v) } }),
        new("metrics-cert-path", FlagKind.Path, "", "Directory of the metrics certificate; self-signed, in memory, when empty",
            (o, v) => o with { Metrics = o.Metrics with { Certificate = o.Metrics.Certificate with { Directory = v } } }),
        new("metrics-cert-name", FlagKind.Text, "tls.crt", "File name of the metrics certificate",
            (o, v) => o with { Metrics = o.Metrics with { Certificate = o.Metrics.Certificate with { CertificateName = NotEmpty(v) } } }),
        new("metrics-cert-key", FlagKind.Text, "tls.key", "File name of the key of the metrics certificate",
            (o, v) => o with { Metrics = o.Metrics with { Certificate = o.Metrics.Certificate with { KeyName = NotEmpty(v) } } }),
        new("health-probe-bind-address", FlagKind.Address, ":8081", "Where /healthz and /readyz are served; 0 for no listener",
            (o, v) => o with { HealthProbeBindAddress = BindAddress.Parse(v) }),
    ];

    private static Flag[] LeaderElection() =>
    [
        new("leader-elect", FlagKind.Boolean, "false", "Elect a leader among the replicas; only the leader reconciles",
            (o, v) => o with { LeaderElection = o.LeaderElection with { Enabled = Boolean(v) } }),
        new("leader-election-id", FlagKind.Text, "dad03b25.vworkspace.io", "Name of the Lease",
            (o, v) => o with { LeaderElection = o.LeaderElection with { LeaseName = NotEmpty(v) } }),
        new("leader-election-namespace", FlagKind.Text, "", "Namespace of the Lease; the operator's own when empty",
            (o, v) => o with { LeaderElection = o.LeaderElection with { LeaseNamespace = v.Length == 0 ? null : v } }),
        new("leader-elect-lease-duration", FlagKind.Duration, "15s", "How long followers wait after the last renewal before they take over",
            (o, v) => o with { LeaderElection = o.LeaderElection with { LeaseDuration = GoDuration.Parse(v) } }),
        new("leader-elect-renew-deadline", FlagKind.Duration, "10s", "How long the leader tries to renew before it gives up",
            (o, v) => o with { LeaderElection = o.LeaderElection with { RenewDeadline = GoDuration.Parse(v) } }),
        new("leader-elect-retry-period", FlagKind.Duration, "2s", "Time between two attempts to get or renew the Lease",
            (o, v) => o with { LeaderElection = o.LeaderElection with { RetryPeriod = GoDuration.Parse(v) } }),
    ];

    private static Flag[] Webhooks() =>
    [
        new("webhooks-enabled", FlagKind.Boolean, "false", "Serve admission webhooks",
            (o, v) => o with { Webhooks = o.Webhooks with { Enabled = Boolean(v) } }),
        new("webhook-port", FlagKind.Number, "9443", "Port of the webhooks",
            (o, v) => o with { Webhooks = o.Webhooks with { Port = Integer(v) } }),
        new("webhook-cert-path", FlagKind.Path, "/tmp/k8s-webhook-server/serving-certs", "Directory of the webhook certificate",
            (o, v) => o with { Webhooks = o.Webhooks with { Certificate = o.Webhooks.Certificate with { Directory = v } } }),
        new("webhook-cert-name", FlagKind.Text, "tls.crt", "File name of the webhook certificate",
            (o, v) => o with { Webhooks = o.Webhooks with { Certificate = o.Webhooks.Certificate with { CertificateName = NotEmpty(v) } } }),
        new("webhook-cert-key", FlagKind.Text, "tls.key", "File name of the key of the webhook certificate",
            (o, v) => o with { Webhooks = o.Webhooks with { Certificate = o.Webhooks.Certificate with { KeyName = NotEmpty(v) } } }),
        new("enable-http2", FlagKind.Boolean, "false", "HTTP/2 on metrics and webhooks; off because of rapid-reset style attacks",
            (o, v) => o with { Webhooks = o.Webhooks with { EnableHttp2 = Boolean(v) } }),
    ];

    private static Flag[] Agent() =>
    [
        new("agent-poll-interval", FlagKind.Duration, "30s", "Wait of one long poll for jobs",
            (o, v) => o with { Agent = o.Agent with { PollInterval = GoDuration.Parse(v) } }) { HasEffect = false },
        new("agent-credentials-secret", FlagKind.Text, "vworkspace-agent-credentials", "Secret of the credential when the Cluster status names none",
            (o, v) => o with { Agent = o.Agent with { CredentialsSecret = NotEmpty(v) } }) { HasEffect = false },
        new("agent-credentials-namespace", FlagKind.Text, "", "Namespace of that Secret; the operator's own when empty",
            (o, v) => o with { Agent = o.Agent with { CredentialsNamespace = v.Length == 0 ? null : v } }) { HasEffect = false },
        new("heartbeat-interval", FlagKind.Duration, "30s", "Time between two heartbeats",
            (o, v) => o with { Agent = o.Agent with { HeartbeatInterval = GoDuration.Parse(v) } }) { HasEffect = false },
        new("disconnect-grace-period", FlagKind.Duration, "5m", "From the first failure to Disconnected=True",
            (o, v) => o with { Agent = o.Agent with { DisconnectGracePeriod = GoDuration.Parse(v) } }) { HasEffect = false },
        new("connect-recovery-threshold", FlagKind.Duration, "1m", "Success needed to clear Disconnected",
            (o, v) => o with { Agent = o.Agent with { ConnectRecoveryThreshold = GoDuration.Parse(v) } }) { HasEffect = false },
        new("event-batch-size", FlagKind.Number, "100", "Events in one audit batch",
            (o, v) => o with { Agent = o.Agent with { EventBatchSize = Integer(v) } }) { HasEffect = false },
        new("event-flush-interval", FlagKind.Duration, "1s", "Longest wait before an audit batch is sent",
            (o, v) => o with { Agent = o.Agent with { EventFlushInterval = GoDuration.Parse(v) } }) { HasEffect = false },
        new("event-buffer-size", FlagKind.Number, "1000", "Audit events kept while the control plane is away",
            (o, v) => o with { Agent = o.Agent with { EventBufferSize = Integer(v) } }) { HasEffect = false },
        new("decommission-timeout", FlagKind.Duration, "0", "How long a deleted Cluster waits for the control plane; 0 for ever",
            (o, v) => o with { Agent = o.Agent with { DecommissionTimeout = GoDuration.Parse(v) } }) { HasEffect = false },
        new("audit-events", FlagKind.Text, "both", "Which form of audit records is sent: both, transitions or named",
            (o, v) => o with { Agent = o.Agent with { AuditEvents = OneOf(v, "both", "transitions", "named") } }) { HasEffect = false },
        new("agent-extra-kinds", FlagKind.List, "", "Further kinds that jobs may apply, as Kind.group",
            (o, v) => o with { Agent = o.Agent with { ExtraKinds = List(v) } }) { HasEffect = false },
        new("required-controllers", FlagKind.List, "flux,velero,cert-manager,external-secrets", "Controllers that must be there for a Cluster to be healthy",
            (o, v) => o with { Agent = o.Agent with { RequiredControllers = List(v) } }) { HasEffect = false },
        new("controller-namespaces", FlagKind.List, "", "Where those controllers run when it is not their usual namespace, as velero=backup-system",
            (o, v) => o with { Agent = o.Agent with { ControllerNamespaces = Pairs(v) } }) { HasEffect = false },
        new("allow-insecure-control-plane", FlagKind.Boolean, "false", "Accept http:// beyond loopback",
            (o, v) => o with { Agent = o.Agent with { AllowInsecureControlPlane = Boolean(v) } }) { HasEffect = false },
    ];

    private static Flag[] Applications() =>
    [
        new("helm-release-interval", FlagKind.Duration, "5m", "spec.interval of HelmReleases",
            (o, v) => o with { Applications = o.Applications with { HelmReleaseInterval = GoDuration.Parse(v) } }),
        new("helm-release-timeout", FlagKind.Duration, "10m", "spec.timeout of HelmReleases",
            (o, v) => o with { Applications = o.Applications with { HelmReleaseTimeout = GoDuration.Parse(v) } }),
        new("chart-source-interval", FlagKind.Duration, "5m", "spec.interval of chart sources",
            (o, v) => o with { Applications = o.Applications with { ChartSourceInterval = GoDuration.Parse(v) } }),
        new("allowed-chart-urls", FlagKind.List, "", "Prefixes of allowed chart URLs; empty for every source",
            (o, v) => o with { Applications = o.Applications with { AllowedChartUrls = List(v) } }),
        new("allow-plain-http-charts", FlagKind.Boolean, "false", "Charts over plain HTTP",
            (o, v) => o with { Applications = o.Applications with { AllowPlainHttpCharts = Boolean(v) } }),
        new("namespace-gate", FlagKind.Text, "warn", "What happens outside managed namespaces: off, warn or enforce",
            (o, v) => o with { Applications = o.Applications with { NamespaceGate = Gate(v) } }),
        new("require-pod-security", FlagKind.Text, "", "Pod security level of managed namespaces: baseline or restricted; empty for any",
            (o, v) => o with { Applications = o.Applications with { RequirePodSecurity = OneOf(v, "", "baseline", "restricted") } }) { HasEffect = false },
        new("seaweedfs-module", FlagKind.Text, "auto", "The optional SeaweedFS extension: auto, on or off",
            (o, v) => o with { Applications = o.Applications with { SeaweedFsModule = OneOf(v, "auto", "on", "off") } }) { HasEffect = false },
        new("blocked-recheck-interval", FlagKind.Duration, "30s", "Upper bound between looks at a blocked object",
            (o, v) => o with { Applications = o.Applications with { BlockedRecheckInterval = GoDuration.Parse(v) } }),
    ];

    private static Flag[] Operations() =>
    [
        new("approval-claim-secret", FlagKind.Text, "", "HMAC key of approval claims; prefer the file form",
            (o, v) => o with { Operations = o.Operations with { ApprovalClaimSecret = v.Length == 0 ? Secret.None : new Secret(v) } })
            { Environment = "VWORKSPACE_APPROVAL_CLAIM_SECRET", IsSecret = true, HasEffect = false },
        new("approval-claim-secret-file", FlagKind.Path, "", "File with the HMAC key of approval claims",
            (o, v) => o with { Operations = o.Operations with { ApprovalClaimSecretFile = v } }) { HasEffect = false },
        new("velero-namespace", FlagKind.Text, "velero", "Namespace of Backup and Restore objects",
            (o, v) => o with { Operations = o.Operations with { VeleroNamespace = NotEmpty(v) } }) { Environment = "VELERO_NAMESPACE", HasEffect = false },
        new("approval-required-templates", FlagKind.List, "restore.velero", "Operation templates that need an approval; empty for none",
            (o, v) => o with { Operations = o.Operations with { ApprovalRequiredTemplates = List(v) } }) { HasEffect = false },
        new("extended-templates", FlagKind.List, "", "Further operation templates to enable",
            (o, v) => o with { Operations = o.Operations with { ExtendedTemplates = List(v) } }) { HasEffect = false },
        new("operation-wait-window", FlagKind.Duration, "0", "How long a precondition may stay unmet; 0 for ever",
            (o, v) => o with { Operations = o.Operations with { WaitWindow = GoDuration.Parse(v) } }) { HasEffect = false },
        new("operation-timeout", FlagKind.Duration, "24h", "Running time limit of an Operation; 0 for the engine's own",
            (o, v) => o with { Operations = o.Operations with { Timeout = GoDuration.Parse(v) } }) { HasEffect = false },
        new("operation-retention", FlagKind.Duration, "0", "When finished Operations are deleted; 0 for never",
            (o, v) => o with { Operations = o.Operations with { Retention = GoDuration.Parse(v) } }) { HasEffect = false },
        new("operation-runner-service-account", FlagKind.Text, "vworkspace-operation-runner", "Service account of operation runners",
            (o, v) => o with { Operations = o.Operations with { RunnerServiceAccount = NotEmpty(v) } }) { HasEffect = false },
        new("workload-missing-grace", FlagKind.Duration, "60s", "How long an engine's object may stay unseen",
            (o, v) => o with { Operations = o.Operations with { WorkloadMissingGrace = GoDuration.Parse(v) } }) { HasEffect = false },
    ];

    private static Flag[] Runtime() =>
    [
        new("max-concurrent-reconciles", FlagKind.Text, "4", "Workers of each controller (cluster: 1): one number, or a list such as applicationinstance=8,operation=4",
            (o, v) => o with { Runtime = o.Runtime with { MaxConcurrentReconciles = ConcurrencyLimits.Parse(v) } }),
        new("reconcile-timeout", FlagKind.Duration, "5m", "Deadline of one reconcile; 0 for none",
            (o, v) => o with { Runtime = o.Runtime with { ReconcileTimeout = GoDuration.Parse(v) } }),
        new("graceful-shutdown-timeout", FlagKind.Duration, "30s", "Time for running reconciles at the end",
            (o, v) => o with { Runtime = o.Runtime with { GracefulShutdownTimeout = GoDuration.Parse(v) } }),
        new("startup-timeout", FlagKind.Duration, "2m", "How long the start waits for the API server, the CRDs and the permission to list what is watched; then exit code 1",
            (o, v) => o with { Runtime = o.Runtime with { StartupTimeout = GoDuration.Parse(v) } }),
        new("kube-api-qps", FlagKind.Number, "20", "Sustained requests per second to the API server",
            (o, v) => o with { Runtime = o.Runtime with { KubeApiQps = Real(v) } }),
        new("kube-api-burst", FlagKind.Number, "30", "Requests to the API server in one burst",
            (o, v) => o with { Runtime = o.Runtime with { KubeApiBurst = Integer(v) } }),
        new("extra-ca-bundle", FlagKind.Path, "", "PEM file added to the trust set of outbound TLS",
            (o, v) => o with { Runtime = o.Runtime with { ExtraCaBundles = [.. o.Runtime.ExtraCaBundles, .. v.Length == 0 ? [] : new[] { v }] } }) { Repeatable = true, HasEffect = false },
        new("kubeconfig", FlagKind.Path, "", "Kubeconfig file; when empty KUBECONFIG, the in-cluster token, then ~/.kube/config",
            (o, v) => o with { KubeconfigPath = v.Length == 0 ? null : v }),
    ];

    // zap-devel comes first: it only moves the defaults of the others.
    private static Flag[] Logging() =>
    [
        new("zap-devel", FlagKind.Boolean, "false", "Defaults for development: console encoder, debug level, stack traces from warn",
            (o, v) => Boolean(v) ? o with { Log = LogSettings.Development with { TimeEncoding = o.Log.TimeEncoding } } : o),
        new("zap-log-level", FlagKind.Text, "info", "Lowest level that is logged: debug, info, warn, error, panic, or a number greater than zero for more verbosity",
            (o, v) => o with { Log = o.Log with { Level = Level(v) } }),
        new("zap-encoder", FlagKind.Text, "json", "Form of a log line: json or console",
            (o, v) => o with { Log = o.Log with { Encoder = Encoder(v) } }),
        new("zap-stacktrace-level", FlagKind.Text, "error", "Level from which stack traces are logged: info, warn, error or panic",
            (o, v) => o with { Log = o.Log with { StackTraceLevel = Level(OneOf(v, "info", "warn", "error", "panic")) } }),
        new("zap-time-encoding", FlagKind.Text, "rfc3339", "Form of the time: epoch, millis, nano, iso8601, rfc3339 or rfc3339nano",
            (o, v) => o with { Log = o.Log with { TimeEncoding = TimeEncoding(v) } }),
    ];

    private static Flag[] Obsolete() =>
    [
        new("agent-enabled", FlagKind.Boolean, "true", "Accepted for existing installs: the agent always runs and idles until it has a credential", Check) { HasEffect = false, IsObsolete = true },
        new("seaweed-watches-enabled", FlagKind.Boolean, "false", "Accepted for existing installs: see --seaweedfs-module", Check) { HasEffect = false, IsObsolete = true },
    ];

    private static OperatorOptions Check(OperatorOptions options, string value)
    {
        _ = Boolean(value);
        return options;
    }
}
