using System.Globalization;
using System.Net;
using System.Net.Sockets;
using VWorkspace.Api;

namespace VWorkspace.Apps.Probing;

/// <summary>Makes single readiness checks.</summary>
internal sealed class ProbeRunner : IDisposable
{
    private const int MaxRedirects = 3;
    private const int MaxBody = 4096;

    private readonly ProbeConnector _connector;
    private readonly TimeProvider _clock;
    private readonly HttpMessageInvoker _strict;
    private readonly HttpMessageInvoker _lenient;

    public ProbeRunner(Func<IPAddress, bool> isAllowed, TimeProvider clock)
    {
        _connector = new(isAllowed);
        _clock = clock;
        _strict = Client(verify: true);
        _lenient = Client(verify: false);
    }

    /// <summary>Null when the check passed, else why not, for people.</summary>
    public async Task<string?> RunAsync(ReadinessCheck check, CancellationToken cancellationToken)
    {
        TimeSpan limit = TimeSpan.FromSeconds(Math.Clamp(check.TimeoutSeconds ?? ReadinessCheck.DefaultTimeoutSeconds, 1, 30));
        using var deadline = new CancellationTokenSource(limit, _clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return check.Type == ReadinessCheckType.Tcp ? await TcpAsync(check, both.Token).ConfigureAwait(false) : await HttpAsync(check, both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return string.Create(CultureInfo.InvariantCulture, $"no answer within {limit.TotalSeconds} s");
        }
        catch (Exception fault) when (fault is IOException or SocketException or HttpRequestException)
        {
            return Redactor.Copied((fault.InnerException as ProbeRefusedException ?? fault.InnerException ?? fault).Message);
        }
    }

    public void Dispose()
    {
        _strict.Dispose();
        _lenient.Dispose();
    }

    private async Task<string?> TcpAsync(ReadinessCheck check, CancellationToken cancellationToken)
    {
        Stream connection = await _connector.ConnectAsync(new(check.Host ?? string.Empty, check.Port ?? 0), cancellationToken).ConfigureAwait(false);
        await connection.DisposeAsync().ConfigureAwait(false);
        return null;
    }

    private async Task<string?> HttpAsync(ReadinessCheck check, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(check.Url, UriKind.Absolute, out Uri? target)) return "the address is not valid";
        HttpMessageInvoker client = check.InsecureSkipVerify ? _lenient : _strict;
        for (int hop = 0; hop <= MaxRedirects; hop++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, target);
            request.Headers.ConnectionClose = true;
            using HttpResponseMessage answer = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
            int status = (int)answer.StatusCode;
            bool redirects = status is >= 300 and < 400 && answer.Headers.Location is not null && !check.ExpectedStatus.Contains(status);
            if (redirects)
            {
                target = new Uri(target, answer.Headers.Location!);
                if (target.Scheme is not ("http" or "https")) return $"redirected to {target.Scheme}";
                continue;
            }

            await ReadSomeAsync(answer, cancellationToken).ConfigureAwait(false);
            bool expected = check.ExpectedStatus.Count > 0 ? check.ExpectedStatus.Contains(status) : status is >= 200 and < 400;
            return expected ? null : string.Create(CultureInfo.InvariantCulture, $"status {status}");
        }

        return string.Create(CultureInfo.InvariantCulture, $"more than {MaxRedirects} redirects");
    }

    private static async Task ReadSomeAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        Stream body = await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            byte[] buffer = new byte[MaxBody];
            await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        }
    }

    private HttpMessageInvoker Client(bool verify)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectCallback = (context, cancellationToken) => _connector.ConnectAsync(context.DnsEndPoint, cancellationToken),
        };
        // Asked for by the author of the check, for this check alone.
        if (!verify) handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        return new(handler, disposeHandler: true);
    }
}
