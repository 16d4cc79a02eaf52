using System.Net.Http.Headers;

namespace VWorkspace.Kubernetes.Credentials;

/// <summary>Makes Authorization headers of tokens that come from files, plugins and callers.</summary>
internal static class TokenHeader
{
    /// <summary>White space around the token is no part of it.</summary>
    /// <returns>Null when it is empty, or holds white space or control characters, which no token does and which could not be sent.</returns>
    public static AuthenticationHeaderValue? TryMake(string text)
    {
        string token = text.Trim();
        foreach (char c in token)
            if (char.IsWhiteSpace(c) || char.IsControl(c)) return null;
        return token.Length == 0 ? null : new AuthenticationHeaderValue("Bearer", token);
    }
}
