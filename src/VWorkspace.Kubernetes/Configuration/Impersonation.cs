using System.Net.Http.Headers;

namespace VWorkspace.Kubernetes;

/// <summary>Whom to act as; the credential needs the right to <c>impersonate</c>.</summary>
public sealed record Impersonation
{
    /// <summary>User name; required when anything else is set.</summary>
    public required string User { get; init; }

    /// <summary>UID, or null.</summary>
    public string? Uid { get; init; }

    /// <summary>Groups; the server adds <c>system:authenticated</c> by itself. Each is sent in a header line of its own, as the API server wants it.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Extra attributes. Keys are case-insensitive on the wire and arrive in lower case; each value is sent in a header line of its own.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Extra { get; init; } = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);

    /// <summary>
    /// Refuses what does not fit into a header. A header that the transport leaves out in silence would send the request with our own, larger rights.
    /// </summary>
    internal Impersonation Validated(string source)
    {
        if (string.IsNullOrEmpty(User)) throw new KubernetesConfigurationException($"{source}: impersonation needs a user to act as");
        IEnumerable<string> texts = [User, .. Uid is null ? (string[])[] : [Uid], .. Groups, .. Extra.Keys, .. Extra.Values.SelectMany(v => v)];
        foreach (string text in texts)
        {
            if (text is null || text.Any(char.IsControl))
                throw new KubernetesConfigurationException($"{source}: names to act as (as, as-uid, as-groups, as-user-extra) must not hold control characters");
        }

        return this;
    }

    /// <summary>The header lines: one for each value, those of one name together.</summary>
    internal IEnumerable<(string Name, IReadOnlyList<string> Values)> Headers()
    {
        yield return ("Impersonate-User", [User]);
        if (Uid is not null) yield return ("Impersonate-Uid", [Uid]);
        if (Groups.Count > 0) yield return ("Impersonate-Group", Groups);
        foreach (var extra in Extra.GroupBy(e => "Impersonate-Extra-" + Uri.EscapeDataString(e.Key.ToLowerInvariant()), e => e.Value, StringComparer.OrdinalIgnoreCase))
        {
            string[] values = [.. extra.SelectMany(v => v)];
            if (values.Length > 0) yield return (extra.Key, values);
        }
    }

    /// <summary>Adds the values; a header of several leaves the process as several lines by <see cref="Transport.Impersonating.RepeatedHeaderStream"/>.</summary>
    internal void AddTo(HttpRequestHeaders headers)
    {
        foreach ((string name, IReadOnlyList<string> values) in Headers()) headers.TryAddWithoutValidation(name, values);
    }
}
