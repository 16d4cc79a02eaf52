using System.Globalization;
using VWorkspace.Api;

namespace VWorkspace.Operator.Settings;

/// <summary>Says what is wrong with a set of options, naming the flag.</summary>
public static class OptionsValidation
{
    /// <summary>By how much followers stretch the time between two attempts at most.</summary>
    private const double RetryJitter = 1.2;

    /// <summary>What timers can hold.</summary>
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(24);

    /// <summary>All complaints; empty when the options make sense.</summary>
    public static IReadOnlyList<string> Validate(OperatorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var complaints = new List<string>();

        LeaderElectionSettings lease = options.LeaderElection;
        if (!(lease.LeaseDuration > lease.RenewDeadline && lease.RenewDeadline > lease.RetryPeriod && lease.RetryPeriod > TimeSpan.Zero))
        {
            complaints.Add($"--leader-elect-lease-duration ({GoDuration.Format(lease.LeaseDuration)}) must be greater than --leader-elect-renew-deadline ({GoDuration.Format(lease.RenewDeadline)}), "
                + $"which must be greater than --leader-elect-retry-period ({GoDuration.Format(lease.RetryPeriod)}), which must be greater than zero");
        }
        else if (lease.RenewDeadline <= lease.RetryPeriod * RetryJitter)
        {
            complaints.Add($"--leader-elect-renew-deadline ({GoDuration.Format(lease.RenewDeadline)}) must be greater than 1.2 times --leader-elect-retry-period ({GoDuration.Format(lease.RetryPeriod)}), because followers vary it");
        }
        else if (lease.LeaseDuration < TimeSpan.FromSeconds(1)) complaints.Add("--leader-elect-lease-duration must be at least 1s");
        if (lease.LeaseName.Length == 0) complaints.Add("--leader-election-id must not be empty");

        Positive("--helm-release-interval", options.Applications.HelmReleaseInterval);
        Positive("--helm-release-timeout", options.Applications.HelmReleaseTimeout);
        Positive("--chart-source-interval", options.Applications.ChartSourceInterval);
        Positive("--blocked-recheck-interval", options.Applications.BlockedRecheckInterval);
        Positive("--startup-timeout", options.Runtime.StartupTimeout);
        Positive("--agent-poll-interval", options.Agent.PollInterval);
        Positive("--heartbeat-interval", options.Agent.HeartbeatInterval);
        Positive("--event-flush-interval", options.Agent.EventFlushInterval);
        NotNegative("--reconcile-timeout", options.Runtime.ReconcileTimeout);
        NotNegative("--graceful-shutdown-timeout", options.Runtime.GracefulShutdownTimeout);
        NotNegative("--disconnect-grace-period", options.Agent.DisconnectGracePeriod);
        NotNegative("--connect-recovery-threshold", options.Agent.ConnectRecoveryThreshold);
        NotNegative("--decommission-timeout", options.Agent.DecommissionTimeout);
        NotNegative("--operation-wait-window", options.Operations.WaitWindow);
        NotNegative("--operation-timeout", options.Operations.Timeout);
        NotNegative("--operation-retention", options.Operations.Retention);
        NotNegative("--workload-missing-grace", options.Operations.WorkloadMissingGrace);
        foreach (string prefix in options.Applications.AllowedChartUrls)
            if (!Uri.TryCreate(prefix, UriKind.Absolute, out Uri? url) || url.Scheme is not ("oci" or "https" or "http"))
                complaints.Add($"--allowed-chart-urls: '{Redactor.Text(prefix)}' does not begin with oci://, https:// or http://");
        WithinTimers("--leader-elect-lease-duration", lease.LeaseDuration);
        WithinTimers("--startup-timeout", options.Runtime.StartupTimeout);
        WithinTimers("--reconcile-timeout", options.Runtime.ReconcileTimeout);
        WithinTimers("--graceful-shutdown-timeout", options.Runtime.GracefulShutdownTimeout);
        AtLeastOne("--event-batch-size", options.Agent.EventBatchSize);
        AtLeastOne("--event-buffer-size", options.Agent.EventBufferSize);
        AtLeastOne("--kube-api-burst", options.Runtime.KubeApiBurst);
        if (!(options.Runtime.KubeApiQps > 0)) complaints.Add("--kube-api-qps must be greater than zero");
        if (options.Webhooks.Port is < 0 or > ushort.MaxValue) complaints.Add("--webhook-port must be between 0 and 65535, where 0 lets the system choose");

        if (options.Operations.ApprovalClaimSecret.IsSet && options.Operations.ApprovalClaimSecretFile.Length > 0)
            complaints.Add("--approval-claim-secret and --approval-claim-secret-file exclude each other");

        return complaints;

        void Positive(string flag, TimeSpan value)
        {
            if (value <= TimeSpan.Zero) complaints.Add($"{flag} must be greater than zero");
        }

        void NotNegative(string flag, TimeSpan value)
        {
            if (value < TimeSpan.Zero) complaints.Add($"{flag} must not be negative");
        }

        void WithinTimers(string flag, TimeSpan value)
        {
            if (value > LongestTimer) complaints.Add($"{flag} must be at most {GoDuration.Format(LongestTimer)}");
        }

        void AtLeastOne(string flag, int value)
        {
            if (value < 1) complaints.Add(string.Create(CultureInfo.InvariantCulture, $"{flag} must be at least 1"));
        }
    }
}
