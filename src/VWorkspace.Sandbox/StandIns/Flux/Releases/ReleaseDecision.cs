namespace VWorkspace.Sandbox.StandIns.Flux;

/// <summary>What helm-controller does next about a release.</summary>
internal enum ReleaseStep
{
    /// <summary>Nothing; the release is as wanted, or only reported.</summary>
    None,
    Install,
    Upgrade,
    RollbackRemediation,
    UninstallRemediation,
    Unlock,
    CorrectDrift,

    /// <summary>Given up until the object changes.</summary>
    Stall,
}

/// <summary>A step and, for <see cref="ReleaseStep.Stall"/>, how it is reported.</summary>
internal sealed record ReleaseDecision(ReleaseStep Step, string Reason = "", string Message = "")
{
    /// <summary>Release actions make Ready unknown while they run; remediations keep the failure visible.</summary>
    public bool IsRelease => Step is ReleaseStep.Install or ReleaseStep.Upgrade;

    public bool IsRemediation => Step is ReleaseStep.RollbackRemediation or ReleaseStep.UninstallRemediation;

    /// <summary>Name as in "Running 'x' action".</summary>
    public string ActionName => Step switch
    {
        ReleaseStep.Install => "install",
        ReleaseStep.Upgrade => "upgrade",
        ReleaseStep.RollbackRemediation => "rollback",
        ReleaseStep.UninstallRemediation => "uninstall",
        ReleaseStep.Unlock => "unlock",
        ReleaseStep.CorrectDrift => "correct cluster drift",
        _ => string.Empty,
    };

    /// <summary>The rules of helm-controller's atomic release, from a state to the next step; pure.</summary>
    public static ReleaseDecision Decide(ReleaseState state, HelmReleaseSpec spec, HelmReleaseStatus status, bool forceRequested) => state.Status switch
    {
        ReleaseStatus.InSync => new(forceRequested ? ReleaseStep.Upgrade : ReleaseStep.None),
        ReleaseStatus.Locked => new(ReleaseStep.Unlock),
        ReleaseStatus.Unmanaged => new(ReleaseStep.Upgrade),
        ReleaseStatus.Drifted => new(spec.DriftDetection?.Mode == "enabled" ? ReleaseStep.CorrectDrift : ReleaseStep.None),
        ReleaseStatus.Absent => Remediation.ForInstall(spec).RetriesExhausted(status) && !forceRequested
            ? Exceeded(spec, status)
            : new(ReleaseStep.Install),
        ReleaseStatus.OutOfSync => Remediation.ForUpgrade(spec).RetriesExhausted(status) && !forceRequested
            ? Exceeded(spec, status)
            : new(ReleaseStep.Upgrade),
        _ => AfterFailure(spec, status, forceRequested),
    };

    /// <summary>The report of a release whose retries are used up.</summary>
    public static ReleaseDecision Exceeded(HelmReleaseSpec spec, HelmReleaseStatus status) => new(
        ReleaseStep.Stall,
        FluxReason.RetriesExceeded,
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Failed to {status.LastAttemptedReleaseAction} after {Remediation.Active(spec, status)?.FailureCount(status) ?? 0} attempt(s)"));

    private static ReleaseDecision AfterFailure(HelmReleaseSpec spec, HelmReleaseStatus status, bool forceRequested)
    {
        if (Remediation.Active(spec, status) is not { } remediation) return new(ReleaseStep.Upgrade);

        // No failure counted: what led to the failure has changed since, so it is worth a new attempt.
        if (remediation.FailureCount(status) <= 0 || forceRequested) return new(ReleaseStep.Upgrade);
        if (remediation.RetriesExhausted(status) && !remediation.RemediateLastFailure) return Exceeded(spec, status);
        if (remediation.Uninstalls) return new(ReleaseStep.UninstallRemediation);
        return ReleaseHistory.Previous(status.History) is null
            ? new(ReleaseStep.Stall, FluxReason.MissingRollbackTarget, "Failed to perform remediation: missing target release for rollback: cannot remediate failed release")
            : new(ReleaseStep.RollbackRemediation);
    }
}

/// <summary>How failures of an action are counted and mended.</summary>
/// <param name="OfInstall">True for the install's rules, false for the upgrade's.</param>
/// <param name="Retries">Retries; negative for no limit.</param>
/// <param name="RemediateLastFailure">Mend the last failure too.</param>
/// <param name="Uninstalls">True when mending means to uninstall, false when it means to roll back.</param>
internal sealed record Remediation(bool OfInstall, int Retries, bool RemediateLastFailure, bool Uninstalls)
{
    public static Remediation ForInstall(HelmReleaseSpec spec) =>
        new(true, spec.Install?.Remediation?.Retries ?? 0, spec.Install?.Remediation?.RemediateLastFailure ?? false, true);

    public static Remediation ForUpgrade(HelmReleaseSpec spec)
    {
        RemediationSpec? remediation = spec.Upgrade?.Remediation;
        return new(false, remediation?.Retries ?? 0, remediation?.RemediateLastFailure ?? remediation?.Retries > 0, remediation?.Strategy == "uninstall");
    }

    /// <summary>The rules of the action that was attempted last; null before the first.</summary>
    public static Remediation? Active(HelmReleaseSpec spec, HelmReleaseStatus status) => status.LastAttemptedReleaseAction switch
    {
        "install" => ForInstall(spec),
        "upgrade" => ForUpgrade(spec),
        _ => null,
    };

    public long FailureCount(HelmReleaseStatus status) => (OfInstall ? status.InstallFailures : status.UpgradeFailures) ?? 0;

    public bool RetriesExhausted(HelmReleaseStatus status) => Retries >= 0 && FailureCount(status) > Retries;
}
