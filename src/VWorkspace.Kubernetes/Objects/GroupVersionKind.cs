namespace VWorkspace.Kubernetes;

/// <summary>Identifies a kind on the wire: API group (empty for core), version and kind.</summary>
/// <param name="Group">API group, for instance <c>apps</c>; the empty string for the core group.</param>
/// <param name="Version">Version inside the group, for instance <c>v1</c>.</param>
/// <param name="Kind">CamelCase kind, for instance <c>Deployment</c>.</param>
public readonly record struct GroupVersionKind(string Group, string Version, string Kind)
{
    /// <summary><c>group/version</c>, or only the version for the core group, as written into <c>apiVersion</c>.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>Builds the identity from an object's <c>apiVersion</c> and <c>kind</c> members.</summary>
    /// <exception cref="FormatException"><paramref name="apiVersion"/> has more than one slash or is empty.</exception>
    public static GroupVersionKind Parse(string apiVersion, string kind)
    {
        ArgumentException.ThrowIfNullOrEmpty(apiVersion);
        ArgumentException.ThrowIfNullOrEmpty(kind);
        int slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0) return new(string.Empty, apiVersion, kind);
        if (apiVersion.IndexOf('/', slash + 1) >= 0) throw new FormatException($"apiVersion '{apiVersion}' has more than one '/'");
        return new(apiVersion[..slash], apiVersion[(slash + 1)..], kind);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{ApiVersion}, Kind={Kind}";
}
