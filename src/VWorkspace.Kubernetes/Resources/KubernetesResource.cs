using System.Text.Json.Serialization.Metadata;

namespace VWorkspace.Kubernetes;

/// <summary>Where a kind lives on the API server: its identity, plural and scope.</summary>
/// <param name="Kind">Group, version and kind.</param>
/// <param name="Plural">Lower-case plural as in the URL, for instance <c>helmreleases</c>.</param>
/// <param name="Namespaced">False for cluster-scoped kinds.</param>
public record KubernetesResource(GroupVersionKind Kind, string Plural, bool Namespaced)
{
    /// <summary><c>plural.group</c>, as in CRD names and messages (<c>plural</c> alone for the core group).</summary>
    public string QualifiedName => Kind.Group.Length == 0 ? Plural : $"{Plural}.{Kind.Group}";

    /// <summary>Path of the collection, or of one object when <paramref name="name"/> is given. An empty namespace means all namespaces.</summary>
    /// <param name="namespace">Namespace, or null/empty for all namespaces or a cluster-scoped kind.</param>
    /// <param name="name">Object name, or null for the collection.</param>
    /// <param name="subresource">For instance <c>status</c>; only together with a name.</param>
    /// <exception cref="ArgumentException">
    /// A namespaced object is addressed by name without a namespace, or a name or namespace would lead to another place: empty, <c>.</c>, <c>..</c>, or with
    /// <c>/</c> or <c>%</c> (upstream's rule for path segments).
    /// </exception>
    public string Path(string? @namespace, string? name = null, string? subresource = null)
    {
        if (name is not null) Segment(name, nameof(name));
        if (!string.IsNullOrEmpty(@namespace)) Segment(@namespace, nameof(@namespace));
        if (!string.IsNullOrEmpty(subresource)) Segment(subresource, nameof(subresource));
        var path = new System.Text.StringBuilder(Kind.Group.Length == 0 ? "/api/" : "/apis/");
        if (Kind.Group.Length > 0) path.Append(Kind.Group).Append('/');
        path.Append(Kind.Version);
        if (Namespaced && !string.IsNullOrEmpty(@namespace)) path.Append("/namespaces/").Append(Uri.EscapeDataString(@namespace));
        else if (Namespaced && name is not null) throw new ArgumentException($"{QualifiedName} is namespaced: a namespace is needed to address '{name}'", nameof(@namespace));
        path.Append('/').Append(Plural);
        if (name is not null) path.Append('/').Append(Uri.EscapeDataString(name));
        if (!string.IsNullOrEmpty(subresource)) path.Append('/').Append(subresource);
        return path.ToString();
    }

    /// <summary>Path of one object. The key of nothing is refused: it would address the whole collection.</summary>
    internal string Path(ObjectKey key, string? subresource = null) => Path(key.Namespace, key.Name ?? string.Empty, subresource);

    private void Segment(string text, string parameter)
    {
        if (text.Length > 0 && text is not ("." or "..") && !text.AsSpan().ContainsAny('/', '%')) return;
        throw new ArgumentException(text.Length == 0 ? $"{QualifiedName}: an object is addressed by its name, which is empty here" : $"{QualifiedName}: '{text}' cannot be part of a path", parameter);
    }
}

/// <summary>A resource together with the C# type that its reader wants and the source-generated JSON contract of that type.</summary>
/// <typeparam name="T">Full type or projection.</typeparam>
/// <param name="Kind">Group, version and kind.</param>
/// <param name="Plural">Lower-case plural.</param>
/// <param name="Namespaced">False for cluster-scoped kinds.</param>
/// <param name="Json">JSON contract; decides which members are decoded.</param>
public sealed record KubernetesResource<T>(GroupVersionKind Kind, string Plural, bool Namespaced, JsonTypeInfo<T> Json)
    : KubernetesResource(Kind, Plural, Namespaced)
    where T : class, IKubernetesObject
{
    /// <summary>
    /// An object as JSON, ready to be created or applied: with <c>apiVersion</c> and <c>kind</c>, without members that have no value. Of a projection only what it declares:
    /// replacing an object with that would delete all the rest.
    /// </summary>
    /// <param name="obj">The object; its JSON contract decides about null members below the first level and <c>metadata</c>.</param>
    public System.Text.Json.Nodes.JsonObject ToJson(T obj)
    {
        ArgumentNullException.ThrowIfNull(obj);
        return ObjectJson.ForWriting((System.Text.Json.Nodes.JsonObject)System.Text.Json.JsonSerializer.SerializeToNode(obj, Json)!, Kind);
    }

    /// <summary>The same place on the server, read through another type.</summary>
    public KubernetesResource<TOther> As<TOther>(JsonTypeInfo<TOther> json) where TOther : class, IKubernetesObject => new(Kind, Plural, Namespaced, json);
}
