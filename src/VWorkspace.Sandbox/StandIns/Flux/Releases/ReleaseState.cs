using System.Text.Json.Nodes;

namespace VWorkspace.Sandbox.StandIns.Flux;

/// <summary>How Helm's storage compares with what the HelmRelease asks for.</summary>
internal enum ReleaseStatus
{
    Absent,
    Unmanaged,
    Locked,
    OutOfSync,
    Drifted,
    InSync,
    Failed,
}

/// <summary>State of a release and why.</summary>
/// <param name="Status">Which state.</param>
/// <param name="Reason">Text for the log, empty where the state says all.</param>
internal sealed record ReleaseState(ReleaseStatus Status, string Reason = "")
{
    /// <summary>Compares storage, history and wish; without I/O.</summary>
    /// <param name="latest">Newest revision in Helm's storage, or null.</param>
    /// <param name="history">What the controller remembers.</param>
    /// <param name="chart">Wanted chart, its version with the OCI digest appended.</param>
    /// <param name="values">Wanted values.</param>
    /// <param name="drift">Objects that differ from the manifest; null when drift is not looked at.</param>
    public static ReleaseState Determine(StoredRelease? latest, IReadOnlyList<Snapshot>? history, ChartPackage chart, JsonObject values, IReadOnlyList<string>? drift)
    {
        if (latest is null) return new(ReleaseStatus.Absent, "no release in storage for object");
        if (latest.IsPending) return new(ReleaseStatus.Locked, $"release with status '{latest.Status}'");
        if (ReleaseHistory.Latest(history) is not { } current)
            return latest.Status == "uninstalled"
                ? new(ReleaseStatus.Absent, "found uninstalled release in storage")
                : new(ReleaseStatus.Unmanaged, "found existing release in storage");
        if (current.Version != latest.Version) return new(ReleaseStatus.Unmanaged, "release not observed to be made for object");
        if (current.Digest != latest.Digest) return new(ReleaseStatus.Unmanaged, "release digest verification error");
        return latest.Status switch
        {
            "failed" => new(ReleaseStatus.Failed),
            "uninstalled" => new(ReleaseStatus.Absent, "found uninstalled release in storage"),
            _ when latest.ChartName != chart.Name || latest.ChartVersion != chart.Version => new(ReleaseStatus.OutOfSync, "release chart changed"),
            _ when latest.ConfigDigest != ChartCatalogue.DigestOf(CanonicalJson.Write(values)) => new(ReleaseStatus.OutOfSync, "release config values changed"),
            _ when drift is { Count: > 0 } => new(ReleaseStatus.Drifted, string.Join(", ", drift)),
            _ => new(ReleaseStatus.InSync),
        };
    }
}
