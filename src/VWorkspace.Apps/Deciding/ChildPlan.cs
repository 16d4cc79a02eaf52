using System.Text.Json.Nodes;
using VWorkspace.Api;
using VWorkspace.Apps.Rendering;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Deciding;

/// <summary>What kind of pass this is.</summary>
internal enum PassKind
{
    /// <summary>Nothing is pushed.</summary>
    Paused,

    /// <summary>The stored spec breaks a rule.</summary>
    Invalid,

    /// <summary>Placeholder mode.</summary>
    Placeholder,

    /// <summary>Something is missing or refused.</summary>
    Blocked,

    /// <summary>Source and release are brought to what is wanted.</summary>
    Managed,
}

/// <summary>What a pass does to the children, and what is known already about the conditions.</summary>
internal sealed record ChildPlan
{
    public required PassKind Kind { get; init; }

    public required Suspension Suspension { get; init; }

    /// <summary>Why the instance is blocked, or null.</summary>
    public Blocker? Blocker { get; init; }

    /// <summary>Writes, in the order in which they have to happen.</summary>
    public IReadOnlyList<ChildStep> Steps { get; init; } = [];

    /// <summary>What a person should look at, although it does not stop anything.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>True when this generation has not been taken up before.</summary>
    public bool IsNewGeneration { get; init; }

    /// <summary>The effective inline values, for endpoints; null when there are none.</summary>
    public JsonObject? Values { get; init; }
}

/// <summary>Why an instance is blocked.</summary>
/// <param name="Reason">Reason of the Blocked condition.</param>
/// <param name="Message">Text for people.</param>
/// <param name="ReadyReason">Reason of Ready=False that goes with it whatever the release says; null when Ready follows the release.</param>
/// <param name="WaitsForSpec">True when only a change of the object itself can help: no timer then.</param>
/// <param name="LetsThrough">True when the instance is reconciled all the same.</param>
internal sealed record Blocker(string Reason, string Message, string? ReadyReason = null, bool WaitsForSpec = false, bool LetsThrough = false);

/// <summary>What a step writes.</summary>
internal enum StepKind
{
    /// <summary>Server-side apply of a child.</summary>
    Apply,

    /// <summary>Merge patch of annotations that ask Flux for something.</summary>
    Command,

    /// <summary>Server-side apply of the suspension alone, by its own field manager.</summary>
    Suspend,

    /// <summary>Giving the suspension up.</summary>
    Resume,

    /// <summary>Deletion of a source that is no longer used.</summary>
    Delete,
}

/// <summary>One write to a child.</summary>
/// <param name="Kind">How.</param>
/// <param name="Resource">Where.</param>
/// <param name="Key">Which.</param>
/// <param name="Body">What; null for deletions.</param>
/// <param name="Force">Take fields of others back.</param>
/// <param name="Creates">The object did not exist when it was observed.</param>
internal sealed record ChildStep(StepKind Kind, KubernetesResource Resource, ObjectKey Key, JsonObject? Body, bool Force = false, bool Creates = false)
{
    /// <summary>UID of the object to delete or suspend, so that no successor is hit.</summary>
    public string? Uid { get; init; }

    /// <summary>The steps that bring a rendered child about; none when it stands there already.</summary>
    public static ChildStep? ToApply(ApplicationInstance instance, RenderedChild rendered, IKubernetesObject? live, RawJson? liveSpec)
    {
        if (live is null) return new(StepKind.Apply, rendered.Resource, rendered.Key, rendered.Body, Force: true, Creates: true);
        bool newIntent = !Has(live, Annotations.AppliedSpecHash, rendered.SpecHash)
            || !Has(live, Annotations.LastAppliedGeneration, instance.Metadata.Generation.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (newIntent) return new(StepKind.Apply, rendered.Resource, rendered.Key, rendered.Body, Force: true);
        bool intact = Ownership.Of(instance, live) == Owner.Ours && HasLabels(live, rendered) && CanonicalJson.Covers(liveSpec?.ToElement(), rendered.Spec);
        return intact ? null : new(StepKind.Apply, rendered.Resource, rendered.Key, rendered.Body);
    }

    private static bool Has(IKubernetesObject live, string annotation, string value) =>
        live.Metadata.Annotations.TryGetValue(annotation, out string? found) && found == value;

    private static bool HasLabels(IKubernetesObject live, RenderedChild rendered)
    {
        foreach ((string key, JsonNode? value) in (JsonObject)rendered.Body["metadata"]!["labels"]!)
            if (!live.Metadata.Labels.TryGetValue(key, out string? found) || found != value!.GetValue<string>()) return false;
        return true;
    }
}
