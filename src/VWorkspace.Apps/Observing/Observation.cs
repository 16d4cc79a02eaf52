using System.Text.Json.Nodes;
using VWorkspace.Api;
using VWorkspace.Apps.Flux;

namespace VWorkspace.Apps.Observing;

/// <summary>Everything that a pass knows before it decides about children. Immutable.</summary>
internal sealed record Observation
{
    public required ApplicationInstance Instance { get; init; }

    /// <summary>Registered identity of the cluster, or null.</summary>
    public string? ClusterId { get; init; }

    /// <summary>Labels of the namespace; null when it could not be found.</summary>
    public IReadOnlyDictionary<string, string>? NamespaceLabels { get; init; }

    public ServedKinds Served { get; init; } = ServedKinds.All;

    /// <summary>The Restore that the suspension annotation names.</summary>
    public SuspendingOperation Suspending { get; init; } = SuspendingOperation.None;

    public ValuesObservation Values { get; init; } = ValuesObservation.NotReferenced;

    public HelmRelease? Release { get; init; }

    public ChartSource? Source { get; init; }

    /// <summary>The HelmChart between a chart repository and the release; looked at only while the release waits for it.</summary>
    public ChartSource? Chart { get; init; }

    /// <summary>A source of the kind that the instance does not use (any more).</summary>
    public ChartSource? OtherSource { get; init; }

    public ChartVersionVerdict Verdict { get; init; } = ChartVersionVerdict.Unobjectionable;

    public PassMemory Memory { get; init; } = PassMemory.Empty;
}

/// <summary>Which of the kinds that an instance may need are served.</summary>
internal sealed record ServedKinds(bool HelmRelease, bool HelmRepository, bool OciRepository, bool CertManager, bool ExternalSecrets)
{
    public static ServedKinds All { get; } = new(true, true, true, true, true);

    public bool Source(string sourceType) => sourceType == ChartSourceType.Oci ? OciRepository : HelmRepository;
}

/// <summary>What is known of the Operation that suspends an instance.</summary>
/// <param name="State">See the values.</param>
/// <param name="Uid">UID from the annotation.</param>
/// <param name="Name">Name of the Operation, when it was found.</param>
internal sealed record SuspendingOperation(SuspendingState State, string Uid = "", string Name = "")
{
    public static SuspendingOperation None { get; } = new(SuspendingState.None);
}

internal enum SuspendingState
{
    /// <summary>The annotation is not there.</summary>
    None,

    /// <summary>The Operation has not ended.</summary>
    Active,

    /// <summary>The Operation has ended or is gone: the annotation is a leftover.</summary>
    Over,
}

/// <summary>What was found where <c>spec.values</c> points to. Never holds more of a Secret than the keys that matter.</summary>
/// <param name="State">See the values.</param>
/// <param name="Digest"><c>sha256:...</c> of the document, or null.</param>
/// <param name="Document">The parsed document; used to find overlaps, never written anywhere. Null unless found.</param>
/// <param name="Detail">Why, for people; without content.</param>
internal sealed record ValuesObservation(ValuesState State, string? Digest = null, JsonObject? Document = null, string Detail = "")
{
    public static ValuesObservation NotReferenced { get; } = new(ValuesState.NotReferenced);

    /// <summary>Without the document: it may be the content of a Secret.</summary>
    public override string ToString() => $"{State} {Detail}";
}

internal enum ValuesState
{
    /// <summary>Values are inline, or there are none.</summary>
    NotReferenced,

    /// <summary>Found and a mapping.</summary>
    Found,

    /// <summary>The object or the key is not there.</summary>
    Missing,

    /// <summary>The content is not a YAML or JSON mapping.</summary>
    NotAMapping,

    /// <summary>The operator may not read it.</summary>
    Forbidden,
}

/// <summary>What a process remembers of an instance between passes; everything here can be lost without harm.</summary>
/// <param name="WriteFailures">Writes of children that failed in a row.</param>
/// <param name="Revision">Highest Helm revision seen, or null.</param>
/// <param name="StartedGeneration">Generation for which <c>ReconcileStarted</c> was emitted.</param>
internal sealed record PassMemory(int WriteFailures = 0, int? Revision = null, long StartedGeneration = 0)
{
    public static PassMemory Empty { get; } = new();
}

/// <summary>What is looked at after the children were written: the state of the running application.</summary>
internal sealed record Surroundings
{
    public static Surroundings Nothing { get; } = new();

    /// <summary>Names of Certificates of the release that are not Ready; null when not observed.</summary>
    public IReadOnlyList<string>? WaitingCertificates { get; init; }

    /// <summary>ExternalSecrets of the release that are not synced; null when not observed.</summary>
    public IReadOnlyList<WaitingExternalSecret>? WaitingSecrets { get; init; }

    /// <summary>Ingresses of the release; null when not observed.</summary>
    public IReadOnlyList<Ingress>? Ingresses { get; init; }

    /// <summary>Texts of readiness checks that count as failed.</summary>
    public IReadOnlyList<string> FailedChecks { get; init; } = [];
}

/// <summary>An ExternalSecret that is not synced.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Detail">Its own message.</param>
/// <param name="MissingTarget">Name of its Secret when that is absent, else null.</param>
internal sealed record WaitingExternalSecret(string Name, string Detail, string? MissingTarget);
