namespace VWorkspace.Operator.Settings;

/// <summary>
/// Everything that can be set on the operator, as the command line has it. Immutable; the defaults are those of the documented flags.
/// <see cref="OptionsValidation"/> names the flag of a value that makes no sense.
/// </summary>
public sealed record OperatorOptions
{
    /// <summary>The kubeconfig file of <c>--kubeconfig</c>. Null: <c>KUBECONFIG</c>, the in-cluster token, then <c>~/.kube/config</c>.</summary>
    public string? KubeconfigPath { get; init; }

    /// <summary>Context within the kubeconfig; null for its current one. Not a flag: for programs that run the operator in process.</summary>
    public string? KubeconfigContext { get; init; }

    /// <summary>Namespace of the operator itself. Default: environment variable <c>POD_NAMESPACE</c>, else <c>vworkspace-system</c>.</summary>
    public string OperatorNamespace { get; init; } = "vworkspace-system";

    /// <summary>Name of this replica, part of its leader identity. Default: <c>POD_NAME</c>, else the host name.</summary>
    public string PodName { get; init; } = Environment.MachineName.ToLowerInvariant();

    /// <summary>Release channel (<c>VWORKSPACE_OPERATOR_CHANNEL</c>); empty when the installation names none.</summary>
    public string Channel { get; init; } = "";

    /// <summary>Metrics listener.</summary>
    public MetricsSettings Metrics { get; init; } = new();

    /// <summary>Where <c>/healthz</c> and <c>/readyz</c> are served. Default <c>:8081</c>.</summary>
    public BindAddress HealthProbeBindAddress { get; init; } = BindAddress.AnyInterface(8081);

    /// <summary>Leader election.</summary>
    public LeaderElectionSettings LeaderElection { get; init; } = new();

    /// <summary>Admission and conversion webhooks.</summary>
    public WebhookSettings Webhooks { get; init; } = new();

    /// <summary>Logging.</summary>
    public LogSettings Log { get; init; } = new();

    /// <summary>How applications are reconciled.</summary>
    public ApplicationSettings Applications { get; init; } = new();

    /// <summary>How operations are reconciled.</summary>
    public OperationSettings Operations { get; init; } = new();

    /// <summary>The link to the control plane.</summary>
    public AgentSettings Agent { get; init; } = new();

    /// <summary>How the process works with the API server and how it stops.</summary>
    public RuntimeSettings Runtime { get; init; } = new();
}
