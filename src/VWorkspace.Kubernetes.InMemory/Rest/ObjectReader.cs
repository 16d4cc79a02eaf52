using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Storage;

namespace VWorkspace.Kubernetes.InMemory.Rest;

/// <summary>Shows a stored object in the version and under the schema that a reader asks for.</summary>
internal static class ObjectReader
{
    public static StoredObject View(ResourceType type, StoredObject stored)
    {
        if (stored.ApiVersion == type.ApiVersion && stored.SchemaEpoch >= type.Strategy.SchemaEpoch) return stored;
        var cached = stored.Converted;
        if (cached is not null && cached.ApiVersion == type.ApiVersion && cached.SchemaEpoch >= type.Strategy.SchemaEpoch) return cached;
        var copy = stored.Node.Copy();
        type.Strategy.Convert(type, copy);
        cached = new StoredObject(copy, stored.ResourceVersion, type.Strategy.SchemaEpoch);
        stored.Converted = cached;
        return cached;
    }
}
