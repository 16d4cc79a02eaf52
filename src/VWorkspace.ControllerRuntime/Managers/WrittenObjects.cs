using System.Text.Json;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>An answer read as one type: it can only be handed to informers of that type.</summary>
internal sealed class TypedWrittenObject(object value) : IWrittenObject
{
    public T? Read<T>(KubernetesResource<T> resource) where T : class, IKubernetesObject => value as T;
}

/// <summary>An answer read as a whole: any informer can take from it what its projection declares.</summary>
internal sealed class WholeWrittenObject(DynamicObject value) : IWrittenObject
{
    public T? Read<T>(KubernetesResource<T> resource) where T : class, IKubernetesObject
    {
        if (value is T same) return same;
        try
        {
            return value.Json.Deserialize(resource.Json);
        }
        catch (JsonException)
        {
            // The informer will meet the same object on its watch and report it there.
            return null;
        }
    }
}
