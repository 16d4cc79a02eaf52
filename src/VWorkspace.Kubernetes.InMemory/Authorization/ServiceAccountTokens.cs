using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Storage;

namespace VWorkspace.Kubernetes.InMemory.Authorization;

/// <summary>Issues and checks bound service-account tokens: JSON web tokens signed with a key of this server.</summary>
internal sealed class ServiceAccountTokens(ObjectStore store, TimeProvider time)
{
    private const string Issuer = "https://kubernetes.default.svc.cluster.local";
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    public (string Token, DateTimeOffset Expires) Issue(StoredObject account, TimeSpan lifetime, IReadOnlyList<string> audiences, string id)
    {
        var now = time.GetUtcNow();
        var expires = now + lifetime;
        var payload = new JsonObject
        {
            ["aud"] = new JsonArray([.. (audiences.Count > 0 ? audiences : [Issuer]).Select(a => (JsonNode)a)]),
            ["exp"] = expires.ToUnixTimeSeconds(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["iss"] = Issuer,
            ["jti"] = id,
            ["kubernetes.io"] = new JsonObject { ["namespace"] = account.Namespace, ["serviceaccount"] = new JsonObject { ["name"] = account.Name, ["uid"] = account.Uid } },
            ["nbf"] = now.ToUnixTimeSeconds(),
            ["sub"] = $"system:serviceaccount:{account.Namespace}:{account.Name}",
        };
        var body = Encode("""{"alg":"HS256","typ":"JWT"}""") + "." + Encode(payload.ToJsonString());
        return (body + "." + Base64Url.EncodeToString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(body))), expires);
    }

    /// <summary>The user of a token; null when it is not ours, has expired, or its account is gone.</summary>
    public UserInfo? Check(string token)
    {
        var end = token.LastIndexOf('.');
        var start = token.IndexOf('.', StringComparison.Ordinal);
        if (start < 0 || end <= start) return null;
        var expected = Base64Url.EncodeToString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(token[..end])));
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.UTF8.GetBytes(token[(end + 1)..]))) return null;
        var payload = JsonNode.Parse(Base64Url.DecodeFromChars(token.AsSpan(start + 1, end - start - 1)));
        if ((payload.Number("exp") ?? 0) <= time.GetUtcNow().ToUnixTimeSeconds()) return null;
        var claims = payload.Child("kubernetes.io");
        var (ns, name) = (claims.Text("namespace") ?? "", claims.Child("serviceaccount").Text("name") ?? "");
        var account = store.Find("serviceaccounts", ns, name);
        if (account is null || account.Uid != claims.Child("serviceaccount").Text("uid")) return null;
        return new UserInfo($"system:serviceaccount:{ns}:{name}", account.Uid, ["system:serviceaccounts", $"system:serviceaccounts:{ns}", "system:authenticated"])
        {
            Extra = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal) { ["authentication.kubernetes.io/credential-id"] = ["JTI=" + payload.Text("jti")] },
        };
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
