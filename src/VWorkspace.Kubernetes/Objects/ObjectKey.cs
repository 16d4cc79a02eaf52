namespace VWorkspace.Kubernetes;

/// <summary>Namespace and name of an object; the namespace is empty for cluster-scoped kinds.</summary>
/// <param name="Namespace">Namespace, or the empty string.</param>
/// <param name="Name">Object name.</param>
public readonly record struct ObjectKey(string Namespace, string Name) : IComparable<ObjectKey>
{
    /// <summary>The key of a cluster-scoped object.</summary>
    public static ObjectKey ClusterScoped(string name) => new(string.Empty, name);

    /// <summary>The key of <paramref name="obj"/>, from its metadata.</summary>
    public static ObjectKey Of(IKubernetesObject obj)
    {
        ArgumentNullException.ThrowIfNull(obj);
        return new(obj.Metadata.Namespace ?? string.Empty, obj.Metadata.Name ?? string.Empty);
    }

    /// <summary>Orders by namespace, then by name, ordinal.</summary>
    public int CompareTo(ObjectKey other)
    {
        int byNamespace = string.CompareOrdinal(Namespace, other.Namespace);
        return byNamespace != 0 ? byNamespace : string.CompareOrdinal(Name, other.Name);
    }

    /// <summary><c>namespace/name</c>, or only the name for cluster-scoped objects.</summary>
    public override string ToString() => string.IsNullOrEmpty(Namespace) ? Name : $"{Namespace}/{Name}";
}
