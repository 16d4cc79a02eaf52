using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using VWorkspace.Kubernetes.Credentials;

namespace VWorkspace.Kubernetes.Transport;

/// <summary>
/// Sends calls: slot, rate limit, credential, time-out, metrics, repetition. What the answer means is up to the caller's reader.
/// </summary>
internal sealed class ApiTransport : IDisposable
{
    private readonly KubernetesClientConfiguration _configuration;
    private readonly KubernetesClientOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly ConnectionPool _connections;
    private readonly RequestGate _gate;
    private readonly TokenBucket? _limiter;
    private readonly RetryPolicy _retries;
    private readonly string _base;
    private readonly CancellationTokenSource _closing = new();

    public ApiTransport(KubernetesClientConfiguration configuration, KubernetesClientOptions options)
    {
        (_configuration, _options, _timeProvider) = (configuration, options, options.TimeProvider);
        _connections = new(configuration, options);
        _gate = new(options.MaxConcurrentRequests, options.MaxConcurrentLeaseRequests);
        _limiter = options.Qps is { } qps ? new(qps, options.Burst, options.TimeProvider) : null;
        _retries = new(options.MaxRetries, options.MaxRetryTime, options.TimeProvider, options.Random ?? RandomSeed.Create());
        _base = configuration.Server.GetLeftPart(UriPartial.Authority) + configuration.Server.AbsolutePath.TrimEnd('/');
    }

    /// <summary>Cancelled when the client is disposed; ends calls and watches.</summary>
    public CancellationToken Closing => _closing.Token;

    /// <summary>Sends a call until there is an answer to keep, and reads it.</summary>
    /// <param name="request">The call.</param>
    /// <param name="read">Reads the answer within the call's time-out; owns the response.</param>
    /// <param name="cancellationToken">Ends the call at once.</param>
    /// <exception cref="KubernetesTransportException">There is no answer.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed, before or meanwhile.</exception>
    public async Task<TResult> SendAsync<TResult>(ApiRequest request, Func<HttpResponseMessage, CancellationToken, Task<TResult>> read, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, typeof(KubernetesClient));
        using var whole = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        try
        {
            return await SendRepeatedlyAsync(request, read, whole.Token);
        }
        catch (OperationCanceledException e) when (whole.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested(); // the caller's own token, not the linked one
            throw new ObjectDisposedException(typeof(KubernetesClient).FullName, e);
        }
    }

    private async Task<TResult> SendRepeatedlyAsync<TResult>(ApiRequest request, Func<HttpResponseMessage, CancellationToken, Task<TResult>> read, CancellationToken cancellationToken)
    {
        using Activity? activity = KubernetesTelemetry.Start(request, _configuration.Server);
        long startedAt = _timeProvider.GetTimestamp();
        bool renewed = false;
        for (int attempt = 0; ; attempt++)
        {
            if (attempt > 0) activity?.SetTag("http.request.resend_count", attempt);
            TimeSpan? pause;
            try
            {
                (bool done, TResult? result, pause) = await AttemptAsync(request, read, attempt, startedAt, !renewed, activity, cancellationToken);
                if (done) return result!;
                renewed |= pause is null;
            }
            catch (KubernetesTransportException e)
            {
                pause = _retries.AfterFault(request, e.Fault, attempt, startedAt);
                if (pause is null)
                {
                    activity?.SetStatus(ActivityStatusCode.Error, e.Fault.ToString());
                    throw;
                }
            }

            if (pause is { } wait) await Task.Delay(wait, _timeProvider, cancellationToken);
        }
    }

    /// <summary>The server's <c>Retry-After</c>, or null.</summary>
    public TimeSpan? RetryAfter(HttpResponseMessage response) => _retries.RetryAfter(response.Headers);

    public void Dispose()
    {
        // Cancelled and not disposed: calls under way still look at it, and nothing holds it afterwards. The same goes for the slots.
        _closing.Cancel();
        _connections.Dispose();
    }

    /// <summary>One attempt: done with a result, or not done with the pause before the next one (none after a renewed credential).</summary>
    private async Task<(bool Done, TResult? Result, TimeSpan? Pause)> AttemptAsync<TResult>(
        ApiRequest request,
        Func<HttpResponseMessage, CancellationToken, Task<TResult>> read,
        int attempt,
        long startedAt,
        bool mayRenew,
        Activity? activity,
        CancellationToken cancellationToken)
    {
        if (_limiter is not null && request.Lane == RequestLane.General) await _limiter.WaitAsync(cancellationToken);
        using RequestGate.Slot slot = await _gate.EnterAsync(request.Lane, cancellationToken);
        RequestCredential credential = await CredentialAsync(cancellationToken);
        using var timeout = new CancellationTokenSource(request.Timeout ?? _options.RequestTimeout, _timeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            HttpResponseMessage response = await SendOnceAsync(request, credential, linked.Token, cancellationToken);
            activity?.SetTag("http.response.status_code", (int)response.StatusCode);
            if (mayRenew && response.StatusCode == HttpStatusCode.Unauthorized && _configuration.Credential.Renew(credential))
            {
                response.Dispose();
                return (false, default, null);
            }

            if (_retries.AfterResponse(response, attempt, startedAt) is { } pause)
            {
                response.Dispose();
                return (false, default, pause);
            }

            return (true, await read(response, linked.Token), null);
        }
        catch (Exception e) when (IsFault(e))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Translate(e, request, timeout.IsCancellationRequested);
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(ApiRequest request, RequestCredential credential, CancellationToken attempt, CancellationToken caller)
    {
        using HttpRequestMessage message = Compose(request, credential);
        long sentAt = _timeProvider.GetTimestamp();
        int code = 0;
        try
        {
            using ConnectionPool.Lease connections = _connections.Rent(request.Lane, credential.ClientCertificate);
            HttpResponseMessage response = await connections.Invoker.SendAsync(message, attempt);
            code = (int)response.StatusCode;
            return response;
        }
        finally
        {
            // A call that its caller gave up says nothing about the server.
            if (code != 0 || !caller.IsCancellationRequested)
                KubernetesTelemetry.Attempted(request.Method.Method, _configuration.Server.Authority, code, _timeProvider.GetElapsedTime(sentAt));
        }
    }

    private HttpRequestMessage Compose(ApiRequest request, RequestCredential credential)
    {
        var message = new HttpRequestMessage(request.Method, new Uri(_base + request.PathAndQuery))
        {
            Version = _options.Http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        HttpRequestHeaders headers = message.Headers;
        headers.TryAddWithoutValidation("Accept", request.Accept);
        headers.TryAddWithoutValidation("User-Agent", _options.UserAgent);
        if (_configuration.TlsServerName is { Length: > 0 } name) headers.Host = name;
        if (credential.Authorization is { } authorization) headers.Authorization = authorization;
        _configuration.Impersonation?.AddTo(headers);
        if (request.Body is { } body)
        {
            message.Content = new ReadOnlyMemoryContent(body);
            message.Content.Headers.TryAddWithoutValidation("Content-Type", request.ContentType);
        }

        return message;
    }

    private async ValueTask<RequestCredential> CredentialAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _configuration.Credential.GetAsync(_timeProvider, cancellationToken);
        }
        catch (KubernetesConfigurationException e)
        {
            throw new KubernetesTransportException(e.Message, e) { Fault = TransportFault.Credential };
        }
    }

    private static bool IsFault(Exception e) => e is HttpRequestException or IOException or OperationCanceledException or AuthenticationException or InvalidDataException;

    private KubernetesTransportException Translate(Exception e, ApiRequest request, bool timedOut)
    {
        string call = $"{request.Method.Method} {request.Subject} at {_configuration.Server.Authority}";
        if (timedOut)
        {
            string seconds = (request.Timeout ?? _options.RequestTimeout).TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
            return new($"{call}: no whole answer within {seconds} s", e) { Fault = TransportFault.Timeout };
        }

        // Neither the caller nor our time-out ended it. With a time-out inside, that is the connect time-out of the handler; any other may have been sent.
        if (e is OperationCanceledException { InnerException: TimeoutException })
        {
            string seconds = _options.ConnectTimeout.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
            return new($"{call}: no connection within {seconds} s", e) { Fault = TransportFault.Connect };
        }

        bool neverSent = e is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError };
        return new($"{call}: {Reason(e)}", e) { Fault = neverSent ? TransportFault.Connect : TransportFault.Broken };
    }

    /// <summary>The innermost text is the one that says what happened ("Connection refused", "certificate ... PartialChain").</summary>
    private string Reason(Exception e)
    {
        Exception inner = e.GetBaseException();
        if (e is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } && inner.Message != e.Message)
        {
            // Only with the trust of the system is there something to add: ours says what is wrong and what to do.
            bool systemTrust = _configuration is { CertificateAuthorityData: null, CertificateAuthorityFile: null, InsecureSkipTlsVerify: false };
            string remedy = systemTrust && inner is AuthenticationException ? "; if the server is who it should be, give the authority that signed its certificate (certificate-authority)" : string.Empty;
            return $"no TLS connection: {inner.Message}{remedy}";
        }

        return inner.Message != e.Message ? $"{e.Message} ({inner.Message})" : e.Message;
    }
}

/// <summary>Seeds for callers that bring no randomness of their own.</summary>
internal static class RandomSeed
{
    public static Random Create() => new(System.Security.Cryptography.RandomNumberGenerator.GetInt32(int.MaxValue));
}
