using System.Net.Http.Headers;

namespace VWorkspace.Kubernetes;

/// <summary>Whom to act as; the credential needs the right to <c>impersonate</c>.</summary>
public sealed record Impersonation
{
    /// <summary>User name; required when anything else is set.</summary>
    public required string User { get; init; }

    /// <summary>UID, or null.</summary>
    public string? Uid { get; init; }

    /// <summary>
    /// Groups; at most one. The API server takes each from a header line of its own, but .NET's HTTP stack joins the values of a header into one line, and the
    /// server would read them as a single group of that joined name. More than one is refused rather than sent as somebody else.
    /// </summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Extra attributes; at most one value each, for the same reason.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Extra { get; init; } = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);

    /// <summary>
    /// Refuses what does not fit into a header. A header that the transport leaves out in silence would send the request with our own, larger rights.
    /// </summary>
    internal Impersonation Validated(string source)
    {
        if (string.IsNullOrEmpty(User)) throw new KubernetesConfigurationException($"{source}: impersonation needs a user to act as");
        if (Groups.Count > 1 || Extra.Values.Any(v => v.Count > 1))
            throw new KubernetesConfigurationException($"{source}: this client can send only one as-groups entry and one value for each as-user-extra; remove the others or bind the rights to the user");
        IEnumerable<string> texts = [User, .. Uid is null ? (string[])[] : [Uid], .. Groups, .. Extra.Keys, .. Extra.Values.SelectMany(v => v)];
        foreach (string text in texts)
        {
            if (text is null || text.Any(char.IsControl))
                throw new KubernetesConfigurationException($"{source}: names to act as (as, as-uid, as-groups, as-user-extra) must not hold control characters");
        }

        return this;
    }

    internal void AddTo(HttpRequestHeaders headers)
    {
        headers.TryAddWithoutValidation("Impersonate-User", User);
        if (Uid is not null) headers.TryAddWithoutValidation("Impersonate-Uid", Uid);
        if (Groups.Count > 0) headers.TryAddWithoutValidation("Impersonate-Group", Groups);
        foreach ((string key, IReadOnlyList<string> values) in Extra)
            headers.TryAddWithoutValidation("Impersonate-Extra-" + Uri.EscapeDataString(key.ToLowerInvariant()), values);
    }
}
