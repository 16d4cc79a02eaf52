using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace VWorkspace.Kubernetes.Wire;

/// <summary>Makes a <see cref="KubernetesError"/> of an answer that says no, whether its body is a Status document or not.</summary>
internal static class StatusDecoder
{
    /// <summary>Status documents are small; what is longer comes from something in between.</summary>
    private const int MaxBody = 1024 * 1024;

    private const int MaxText = 512;

    /// <summary>Reads the body of a refusal.</summary>
    public static async Task<KubernetesError> ReadAsync(HttpResponseMessage response, TimeSpan? retryAfter, CancellationToken cancellationToken)
    {
        int code = (int)response.StatusCode;
        byte[] body = await ReadAtMostAsync(response, cancellationToken);
        KubernetesStatus? status = null;
        try
        {
            if (body.Length > 0 && Array.Find(body, static b => !char.IsWhiteSpace((char)b)) == (byte)'{')
                status = JsonSerializer.Deserialize(body, KubernetesJson.Default.KubernetesStatus);
        }
        catch (JsonException)
        {
            // Not a Status document: synthesised below.
        }

        // What stands between us and the API server answers in JSON of its own: its words are kept, but the code of the answer is the one that counts.
        KubernetesStatus known = status is null ? Synthesise(response, body) : status with { Code = code };
        if (known.Message.Length == 0) known = known with { Message = Synthesise(response, body).Message };
        return ToError(known, code, retryAfter);
    }

    /// <summary>Fills in what the document leaves open.</summary>
    public static KubernetesError ToError(KubernetesStatus status, int fallbackCode, TimeSpan? retryAfter)
    {
        int code = status.Code == 0 ? fallbackCode : status.Code;
        if (retryAfter is null && status.Details?.RetryAfterSeconds is > 0 and { } seconds) retryAfter = TimeSpan.FromSeconds(seconds);
        return new(status with { Code = code, Reason = status.Reason.Length > 0 ? status.Reason : ReasonOf(code) }, retryAfter);
    }

    private static KubernetesStatus Synthesise(HttpResponseMessage response, byte[] body)
    {
        string text = Printable(body);
        string phrase = response.ReasonPhrase is { Length: > 0 } p ? p : response.StatusCode.ToString();
        int code = (int)response.StatusCode;
        if (code is >= 300 and < 400) text = Redirect(response);
        return new()
        {
            Code = code,
            Status = "Failure",
            Message = text.Length > 0 && text != "{}" ? text : string.Create(CultureInfo.InvariantCulture, $"the server answered {code} {phrase} without an explanation"),
        };
    }

    /// <summary>An API server does not redirect; whoever does would get our credential. Only the host is told: a query may hold anything.</summary>
    private static string Redirect(HttpResponseMessage response)
    {
        string where = response.Headers.Location is { IsAbsoluteUri: true } location ? $" to {location.GetLeftPart(UriPartial.Authority)}" : string.Empty;
        return $"the server redirects{where}, which is not followed; give the address of the API server itself";
    }

    private static string Printable(byte[] body)
    {
        string text = Encoding.UTF8.GetString(body, 0, Math.Min(body.Length, MaxText * 4));
        var printable = new StringBuilder(Math.Min(text.Length, MaxText));
        foreach (char c in text)
        {
            if (printable.Length == MaxText) break;
            if (!char.IsControl(c)) printable.Append(c);
            else if (printable.Length > 0 && printable[^1] != ' ') printable.Append(' ');
        }

        return printable.ToString().Trim();
    }

    /// <summary>The API server leaves the reason out of some errors; these are upstream's names for the codes (<c>apimachinery/pkg/api/errors</c>).</summary>
    private static string ReasonOf(int code) => code switch
    {
        (int)HttpStatusCode.BadRequest => "BadRequest",
        (int)HttpStatusCode.Unauthorized => StatusReason.Unauthorized,
        (int)HttpStatusCode.Forbidden => StatusReason.Forbidden,
        (int)HttpStatusCode.NotFound => StatusReason.NotFound,
        (int)HttpStatusCode.MethodNotAllowed => "MethodNotAllowed",
        (int)HttpStatusCode.NotAcceptable => "NotAcceptable",
        (int)HttpStatusCode.Conflict => StatusReason.Conflict,
        (int)HttpStatusCode.Gone => StatusReason.Gone,
        (int)HttpStatusCode.RequestEntityTooLarge => "RequestEntityTooLarge",
        (int)HttpStatusCode.UnsupportedMediaType => "UnsupportedMediaType",
        (int)HttpStatusCode.UnprocessableEntity => StatusReason.Invalid,
        (int)HttpStatusCode.TooManyRequests => StatusReason.TooManyRequests,
        (int)HttpStatusCode.InternalServerError => "InternalError",
        (int)HttpStatusCode.ServiceUnavailable => "ServiceUnavailable",
        (int)HttpStatusCode.GatewayTimeout => StatusReason.Timeout,
        _ => "Unknown",
    };

    private static async Task<byte[]> ReadAtMostAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var body = new ArrayBufferWriter<byte>(1024);
        while (body.WrittenCount < MaxBody)
        {
            int read = await stream.ReadAsync(body.GetMemory(4096), cancellationToken);
            if (read == 0) break;
            body.Advance(read);
        }

        return body.WrittenSpan.ToArray();
    }
}
