namespace VWorkspace.ControllerRuntime;

/// <summary>Who emits Events, and how many of them.</summary>
public sealed record EventRecorderOptions
{
    /// <summary>Name of the controller; a qualified name, for instance <c>vworkspace-app-operator</c>.</summary>
    public required string ReportingController { get; init; }

    /// <summary>Which instance of it, usually the pod name; at most 128 characters.</summary>
    public required string ReportingInstance { get; init; }

    /// <summary>Namespace of Events about cluster-scoped objects. Default <c>default</c>, as upstream.</summary>
    public string ClusterScopedNamespace { get; init; } = "default";

    /// <summary>Takes secrets out of a message before it is cut and written; null leaves messages as they are.</summary>
    public Func<string, string>? Redact { get; init; }

    /// <summary>Events of one object that may be written at once. Default 25.</summary>
    public int Burst { get; init; } = 25;

    /// <summary>After a burst, one more Event of an object every so long. Default 300 s.</summary>
    public TimeSpan RefillInterval { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>So many Events that differ only in their message are written one by one; the following ones are folded into one. Default 10.</summary>
    public int SimilarEvents { get; init; } = 10;

    /// <summary>Similar Events further apart than this are not folded. Default 600 s.</summary>
    public TimeSpan SimilarWindow { get; init; } = TimeSpan.FromSeconds(600);

    /// <summary>Entries of each memory of the correlation; the least recently used one goes first. Default 4096.</summary>
    public int Memory { get; init; } = 4096;

    /// <summary>Events that may wait to be written; more are dropped and counted. Default 1000.</summary>
    public int QueueCapacity { get; init; } = 1000;

    internal void Validate()
    {
        Check(ReportingController.Length > 0, nameof(ReportingController), "set");
        Check(ReportingInstance.Length is > 0 and <= 128, nameof(ReportingInstance), "set and at most 128 characters");
        Check(ClusterScopedNamespace.Length > 0, nameof(ClusterScopedNamespace), "set");
        Check(Burst >= 1, nameof(Burst), "at least 1");
        Check(RefillInterval > TimeSpan.Zero, nameof(RefillInterval), "positive");
        Check(SimilarEvents >= 1, nameof(SimilarEvents), "at least 1");
        Check(SimilarWindow > TimeSpan.Zero, nameof(SimilarWindow), "positive");
        Check(Memory >= 1, nameof(Memory), "at least 1");
        Check(QueueCapacity >= 1, nameof(QueueCapacity), "at least 1");

        static void Check(bool holds, string setting, string rule)
        {
            if (!holds) throw new ArgumentException($"EventRecorderOptions.{setting} has to be {rule}.", setting);
        }
    }
}
