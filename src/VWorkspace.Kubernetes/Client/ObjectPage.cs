namespace VWorkspace.Kubernetes;

/// <summary>One page of a list.</summary>
/// <typeparam name="T">Type or projection of the items.</typeparam>
public sealed class ObjectPage<T> where T : class, IKubernetesObject
{
    /// <summary>Items in the order of the server.</summary>
    public required IReadOnlyList<T> Items { get; init; }

    /// <summary>Resource version of the list: watch from here.</summary>
    public required string ResourceVersion { get; init; }

    /// <summary>Token of the next page; null on the last one.</summary>
    public string? Continue { get; init; }

    /// <summary>Items that follow this page, when the server tells.</summary>
    public long? RemainingItemCount { get; init; }

    /// <summary>Items that could not be decoded: key as far as known and why, without content. They are not in <see cref="Items"/>.</summary>
    public IReadOnlyList<UndecodableItem> Undecodable { get; init; } = [];
}

/// <summary>An item that does not fit its type.</summary>
/// <param name="Key">Key as far as it could be read.</param>
/// <param name="ResourceVersion">Version as far as it could be read.</param>
/// <param name="Error">Why, without content.</param>
public sealed record UndecodableItem(ObjectKey? Key, string? ResourceVersion, string Error);
