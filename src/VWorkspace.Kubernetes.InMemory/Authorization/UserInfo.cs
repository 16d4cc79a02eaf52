namespace VWorkspace.Kubernetes.InMemory.Authorization;

/// <summary>Who makes a request.</summary>
/// <param name="Name">The user name, e.g. <c>system:serviceaccount:ns:name</c>.</param>
/// <param name="Uid">The user's uid, may be empty.</param>
/// <param name="Groups">The groups, including <c>system:authenticated</c>.</param>
internal sealed record UserInfo(string Name, string Uid, IReadOnlyList<string> Groups)
{
    internal static UserInfo Anonymous { get; } = new("system:anonymous", "", ["system:unauthenticated"]);

    /// <summary>Extra attributes, as in the <c>extra</c> member of reviews.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Extra { get; init; } = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);

    /// <summary>True for members of <c>system:masters</c>, who may do everything.</summary>
    public bool IsMaster => Groups.Contains("system:masters", StringComparer.Ordinal);
}
