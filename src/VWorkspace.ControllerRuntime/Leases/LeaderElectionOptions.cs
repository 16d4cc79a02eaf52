namespace VWorkspace.ControllerRuntime;

/// <summary>Which Lease decides who leads, and how it is held.</summary>
public sealed record LeaderElectionOptions
{
    /// <summary>Namespace of the Lease.</summary>
    public required string Namespace { get; init; }

    /// <summary>Name of the Lease.</summary>
    public required string Name { get; init; }

    /// <summary>Who this replica is; has to differ between replicas, usually the pod name, <c>_</c> and a random UUID.</summary>
    public required string Identity { get; init; }

    /// <summary>How long followers wait after the last renewal that they saw before they take over. Default 15 s.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long after the last confirmed renewal the leader may act. Default 10 s; less than <see cref="LeaseDuration"/>.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time between two attempts to acquire or renew; followers add up to a fifth at random. Default 2 s; less than <see cref="RenewDeadline"/>.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);

    internal void Validate()
    {
        Check(Namespace.Length > 0, nameof(Namespace), "set");
        Check(Name.Length > 0, nameof(Name), "set");
        Check(Identity.Length > 0, nameof(Identity), "set");
        Check(RetryPeriod > TimeSpan.Zero, nameof(RetryPeriod), "positive");
        Check(RenewDeadline > RetryPeriod * 1.2, nameof(RenewDeadline), "more than 1.2 times RetryPeriod");
        Check(LeaseDuration > RenewDeadline, nameof(LeaseDuration), "longer than RenewDeadline");
        Check(LeaseDuration >= TimeSpan.FromSeconds(1) && LeaseDuration <= Waiting.Longest, nameof(LeaseDuration), "at least 1 s and at most 24 days");

        static void Check(bool holds, string setting, string rule)
        {
            if (!holds) throw new ArgumentException($"LeaderElectionOptions.{setting} has to be {rule}.", setting);
        }
    }
}
