using System.Net.Http.Headers;

namespace VWorkspace.Kubernetes;

/// <summary>Whom to act as; the credential needs the right to <c>impersonate</c>.</summary>
public sealed record Impersonation
{
    /// <summary>User name; required when anything else is set.</summary>
    public required string User { get; init; }

    /// <summary>UID, or null.</summary>
    public string? Uid { get; init; }

    /// <summary>Groups.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Extra attributes, each with its values.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Extra { get; init; } = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);

    internal void AddTo(HttpRequestHeaders headers)
    {
        headers.TryAddWithoutValidation("Impersonate-User", User);
        if (Uid is not null) headers.TryAddWithoutValidation("Impersonate-Uid", Uid);
        // One header line for each: a comma may be part of a group's name.
        if (Groups.Count > 0) headers.TryAddWithoutValidation("Impersonate-Group", Groups);
        foreach ((string key, IReadOnlyList<string> values) in Extra)
            headers.TryAddWithoutValidation("Impersonate-Extra-" + Uri.EscapeDataString(key.ToLowerInvariant()), values);
    }
}
