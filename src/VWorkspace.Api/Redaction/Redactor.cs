using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace VWorkspace.Api;

/// <summary>
/// The one filter between secrets and everything that people or other systems read: log records, condition messages, Events, reports, health
/// bodies, CLI output. Code must not hand secrets to those sinks; this is the last line of defence.
/// </summary>
public static class Redactor
{
    /// <summary>What a secret is replaced with.</summary>
    public const string Mask = "[REDACTED]";

    /// <summary>Longest text, in UTF-8 bytes, that is copied from another object or log.</summary>
    public const int CopiedTextLimit = 1024;

    private static readonly string[] ExactKeys = ["accessKey", "secretKey", "apiKey", "token", "authorization", "registrationToken", "tls.key", "claim"];

    /// <summary>True when what is stored under a key (or a dotted path that ends in it) is secret by its name.</summary>
    public static bool IsSecretKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.EndsWith("tls.key", StringComparison.OrdinalIgnoreCase)) return true;
        ReadOnlySpan<char> last = key.AsSpan(key.LastIndexOfAny(['.', '/']) + 1);
        if (last.EndsWith("password", StringComparison.OrdinalIgnoreCase) || last.EndsWith("secret", StringComparison.OrdinalIgnoreCase)) return true;
        foreach (string exact in ExactKeys)
            if (last.Equals(exact, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    /// <summary>True when a text begins with a PEM private key.</summary>
    public static bool StartsPrivateKey(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Contains("PRIVATE KEY-----", StringComparison.Ordinal) && PrivateKeyStart.IsMatch(text);
    }

    /// <summary>A value that stands under a key: masked as a whole when the key or the value says so, else as <see cref="Text"/>.</summary>
    public static string Value(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Length == 0) return value;
        return IsSecretKey(key) || StartsPrivateKey(value) ? Mask : Text(value);
    }

    /// <summary>Masks everything with the shape of a secret inside a text: tokens, claims, private keys, user-info of URLs, <c>password=...</c>.</summary>
    public static string Text(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length == 0) return text;
        if (text.Contains("PRIVATE KEY-----", StringComparison.Ordinal)) text = PrivateKeyBlock.Replace(text, Mask);
        if (text.Contains("vwksp-reg-", StringComparison.OrdinalIgnoreCase)) text = RegistrationToken.Replace(text, Mask);
        if (text.Contains("vws1.", StringComparison.Ordinal)) text = Claim.Replace(text, Mask);
        if (text.Contains("bearer", StringComparison.OrdinalIgnoreCase)) text = Bearer.Replace(text, "${scheme}" + Mask);
        if (text.Contains("://", StringComparison.Ordinal) && text.Contains('@', StringComparison.Ordinal)) text = UserInfo.Replace(text, "://" + Mask + "@");
        if (text.AsSpan().IndexOfAny('=', ':') >= 0 && MayNameASecret(text))
        {
            text = QuotedMember.Replace(text, m => m.Groups["before"].Value + Mask + m.Groups["after"].Value);
            text = Assignment.Replace(text, m => m.Groups["before"].Value + Mask);
        }

        return text;
    }

    /// <summary>Text from another object or log, fit for a condition, an Event or a log line: redacted, one line, at most 1 KiB of UTF-8.</summary>
    public static string Copied(string? text)
    {
        if (string.IsNullOrEmpty(text)) return string.Empty;
        string redacted = Text(text);
        if (redacted.AsSpan().IndexOfAny('\r', '\n', '\t') >= 0) redacted = LineBreaks.Replace(redacted, " ").Trim();
        return Cut(redacted, CopiedTextLimit);
    }

    /// <summary>Cuts a text to a number of UTF-8 bytes on a character boundary.</summary>
    public static string Cut(string text, int maxBytes)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length * 3 <= maxBytes || Encoding.UTF8.GetByteCount(text) <= maxBytes) return text;
        int bytes = 0, chars = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (bytes + rune.Utf8SequenceLength > maxBytes) break;
            bytes += rune.Utf8SequenceLength;
            chars += rune.Utf16SequenceLength;
        }

        return text[..chars];
    }

    /// <summary>A copy of a tree in which secret values are masked; the tree itself is not touched.</summary>
    /// <param name="node">The tree.</param>
    /// <param name="key">Key under which the tree stands; empty at the root.</param>
    public static JsonNode? Tree(JsonNode? node, string key = "")
    {
        switch (node)
        {
            case JsonObject members:
                var copy = new JsonObject();
                foreach ((string name, JsonNode? child) in members) copy[name] = Tree(child, name);
                return copy;
            case JsonArray items:
                var list = new JsonArray();
                foreach (JsonNode? item in items) list.Add(Tree(item, key));
                return list;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                return JsonValue.Create(Value(key, value.GetValue<string>()));
            case JsonValue value when value.GetValueKind() == JsonValueKind.Number && IsSecretKey(key):
                return JsonValue.Create(Mask);
            default:
                return node?.DeepClone();
        }
    }

    private static bool MayNameASecret(string text) =>
        text.Contains("password", StringComparison.OrdinalIgnoreCase) || text.Contains("secret", StringComparison.OrdinalIgnoreCase)
        || text.Contains("key", StringComparison.OrdinalIgnoreCase) || text.Contains("token", StringComparison.OrdinalIgnoreCase)
        || text.Contains("authorization", StringComparison.OrdinalIgnoreCase) || text.Contains("claim", StringComparison.OrdinalIgnoreCase);

    // Linear time whatever the text is: it comes from other controllers and from people.
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    private static readonly Regex PrivateKeyStart = new(@"^\s*-----BEGIN .*PRIVATE KEY-----", Linear);

    private static readonly Regex PrivateKeyBlock = new(@"-----BEGIN [^-]*PRIVATE KEY-----(?s:.*?)(-----END [^-]*PRIVATE KEY-----|$)", Linear);

    private static readonly Regex RegistrationToken = new("vwksp-reg-[0-9a-f]+", Linear | RegexOptions.IgnoreCase);

    private static readonly Regex Claim = new(@"vws1\.[A-Za-z0-9_\-]+(\.[A-Za-z0-9]+)?", Linear);

    private static readonly Regex Bearer = new(@"(?<scheme>bearer\s+)[A-Za-z0-9._~+/=\-]+", Linear | RegexOptions.IgnoreCase);

    // Everything up to the last @ before the path, so that a password that contains an @ goes as well.
    private static readonly Regex UserInfo = new(@"://[^\s/?#""']*@", Linear);

    // "dbPassword":"value" as it stands in JSON, also with escaped quotes.
    private static readonly Regex QuotedMember = new(
        @"(?<before>\\?""([^""\\\s]*(password|secret)|accessKey|secretKey|apiKey|token|authorization|registrationToken|tls\.key|claim)\\?""\s*:\s*\\?"")(?<value>[^""\\]+)(?<after>\\?"")",
        Linear | RegexOptions.IgnoreCase);

    // password=value and password: value. For the other keys only '=' counts: "secret: not found" is a sentence.
    private static readonly Regex Assignment = new(
        @"(?<before>(\b[\w.\-]*password\s*[=:]\s*|\b([\w.\-]*secret|accessKey|secretKey|apiKey|token|registrationToken|claim)=)[""']?)(?<value>[^\s""',;&]+)",
        Linear | RegexOptions.IgnoreCase);

    private static readonly Regex LineBreaks = new(@"\s*[\r\n\t]+\s*", Linear);
}
