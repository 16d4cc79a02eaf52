using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace VWorkspace.Kubernetes.InMemory.Authorization;

/// <summary>Knows bearer tokens: the admin's, added ones, and those of service accounts.</summary>
internal sealed class Authenticator
{
    private readonly ConcurrentDictionary<string, UserInfo> _users = new(StringComparer.Ordinal);

    public Authenticator(string adminToken) =>
        Add(adminToken, new UserInfo("admin", "admin-uid", ["system:masters", "system:authenticated"]));

    public Func<string, UserInfo?>? ServiceAccountTokens { get; set; }

    public void Add(string token, UserInfo user) => _users[Hash(token)] = user;

    public void Remove(string token) => _users.TryRemove(Hash(token), out _);

    /// <summary>The user of an Authorization header; anonymous without one, null for a token that nobody has.</summary>
    public UserInfo? Authenticate(string header)
    {
        if (header.Length == 0) return UserInfo.Anonymous;
        const string prefix = "Bearer ";
        return header.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? FromToken(header[prefix.Length..].Trim()) : null;
    }

    public UserInfo? FromToken(string token) => _users.GetValueOrDefault(Hash(token)) ?? ServiceAccountTokens?.Invoke(token);

    // Tokens are compared by hash, so that neither memory dumps nor timing show them.
    private static string Hash(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
