using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Rest;

/// <summary>Where the new state of an update comes from.</summary>
internal sealed record UpdateSource
{
    /// <summary>Makes the new state from the current one; called again when another writer was faster. Must not change its argument.</summary>
    public required Func<JsonObject, JsonObject> Change { get; init; }

    /// <summary>Makes the state of an object that does not exist yet.</summary>
    public Func<JsonObject>? MakeNew { get; init; }

    /// <summary>Whether a missing object is created whatever its kind says, as server-side apply does.</summary>
    public bool CreatesMissing { get; init; }

    /// <summary>The uid that a replacement names: it must be the stored object's, and a missing object has none.</summary>
    public string Uid { get; init; } = "";

    /// <summary>Patches start from the current resource version; replacements must name one or are unconditional.</summary>
    public bool IsPatch { get; init; }

    /// <summary>Whether <see cref="Change"/> has settled the managed fields itself, as server-side apply does.</summary>
    public bool TracksOwnership { get; init; }
}
