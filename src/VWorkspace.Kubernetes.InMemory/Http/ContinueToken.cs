using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.Http;

/// <summary>Where a paged list goes on: the revision it is consistent with (-1 for "whatever is current") and the key that was last sent.</summary>
internal sealed record ContinueToken(long Revision, string After)
{
    public string Encode()
    {
        var json = new JsonObject { ["v"] = "meta.k8s.io/v1", ["rv"] = Revision, ["start"] = After + "\0" }.ToJsonString();
        return Convert.ToBase64String(Encoding.UTF8.GetBytes(json)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }

    public static ContinueToken Decode(string text)
    {
        var padded = text.Replace('-', '+').Replace('_', '/');
        padded += (padded.Length % 4) switch { 2 => "==", 3 => "=", _ => "" };
        var bytes = new byte[padded.Length];
        if (!Convert.TryFromBase64String(padded, bytes, out var length))
            throw Invalid(string.Create(CultureInfo.InvariantCulture, $"illegal base64 data at input byte {IllegalPosition(text)}"));
        var json = bytes.AsSpan(0, length);
        if (GoJsonSyntax.Describe(json) is { } problem) throw Invalid(problem);
        var token = JsonNode.Parse(json);
        if (token.Text("v") != "meta.k8s.io/v1") throw StatusErrors.BadRequest($"invalid continue token: continue key is not valid: server does not recognize this encoded version {FieldCause.Quote(token.Text("v") ?? "")}");
        var start = token.Text("start") ?? "";
        if (start.Length == 0) throw StatusErrors.BadRequest("invalid continue token: continue key is not valid: encoded continue key is empty");
        return new ContinueToken(token.Number("rv") ?? 0, start.TrimEnd('\0'));
    }

    private static int IllegalPosition(string text)
    {
        for (var i = 0; i < text.Length; i++)
            if (!char.IsAsciiLetterOrDigit(text[i]) && text[i] is not ('-' or '_')) return i;
        return text.Length - (text.Length % 4);
    }

    private static StatusException Invalid(string why) => StatusErrors.BadRequest("invalid continue token: continue key is not valid: " + why);
}
