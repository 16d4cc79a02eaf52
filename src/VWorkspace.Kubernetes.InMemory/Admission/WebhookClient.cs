using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.Admission;

/// <summary>A webhook could not be asked, or did not answer as it must.</summary>
internal sealed class WebhookCallException(string message) : Exception(message);

/// <summary>Posts AdmissionReviews to webhooks over HTTPS, trusting exactly their CA bundle.</summary>
internal sealed class WebhookClient(TimeProvider time, Func<string, string, int, Uri?>? resolveService) : IDisposable
{
    private const int DefaultTimeoutSeconds = 10;
    private readonly ConcurrentDictionary<(string Bundle, string Host), HttpClient> _clients = new();

    public async Task<JsonObject> CallAsync(JsonNode webhook, JsonObject review, CancellationToken ct)
    {
        var config = webhook.Child("clientConfig");
        var timeout = TimeSpan.FromSeconds(webhook.Number("timeoutSeconds") ?? DefaultTimeoutSeconds);
        var (uri, host) = Address(config, timeout);
        var client = _clients.GetOrAdd((config.Text("caBundle") ?? "", host), static key => Build(key.Bundle, key.Host));
        using var expiry = new CancellationTokenSource(timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, ct);
        try
        {
            using var content = new ByteArrayContent(CanonicalJson.Write(review));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            // The handler takes the name that the certificate has to carry from here, and from the address otherwise.
            using var request = new HttpRequestMessage(HttpMethod.Post, uri) { Content = content, Headers = { Host = host } };
            using var response = await client.SendAsync(request, both.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode) throw new WebhookCallException("an error on the server (\"\") has prevented the request from succeeding");
            var body = JsonNode.Parse(await response.Content.ReadAsByteArrayAsync(both.Token).ConfigureAwait(false));
            if (body.Text("kind") != "AdmissionReview" || body.Text("apiVersion") != "admission.k8s.io/v1")
                throw new WebhookCallException($"expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got {body.Text("apiVersion")}, Kind={body.Text("kind")}");
            var answer = body.Child("response") ?? throw new WebhookCallException("webhook response was absent");
            var uid = review["request"].Text("uid");
            return answer.Text("uid") == uid ? answer : throw new WebhookCallException($"expected response.uid=\"{uid}\", got \"{answer.Text("uid")}\"");
        }
        catch (OperationCanceledException) when (expiry.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new WebhookCallException($"failed to call webhook: Post \"{uri}\": context deadline exceeded");
        }
        catch (HttpRequestException e)
        {
            throw new WebhookCallException($"failed to call webhook: Post \"{uri}\": {e.Message}");
        }
        catch (System.Text.Json.JsonException e)
        {
            throw new WebhookCallException($"failed to call webhook: {e.Message}");
        }
    }

    public void Dispose()
    {
        foreach (var client in _clients.Values) client.Dispose();
    }

    private (Uri Uri, string Host) Address(JsonObject? config, TimeSpan timeout)
    {
        var query = FormattableString.Invariant($"timeout={(int)timeout.TotalSeconds}s");
        if (config.Text("url") is { Length: > 0 } url)
        {
            var builder = new UriBuilder(url);
            builder.Query = builder.Query.Length > 1 ? builder.Query[1..] + "&" + query : query;
            return (builder.Uri, builder.Host);
        }

        var service = config.Child("service");
        var (ns, name) = (service.Text("namespace") ?? "", service.Text("name") ?? "");
        var port = (int)(service.Number("port") ?? 443);
        var host = $"{name}.{ns}.svc";
        var target = resolveService?.Invoke(ns, name, port)
            ?? throw new WebhookCallException($"failed to call webhook: Post \"https://{host}:{port.ToString(System.Globalization.CultureInfo.InvariantCulture)}{service.Text("path")}?{query}\": service \"{name}\" not found");
        return (new UriBuilder(target) { Path = service.Text("path") ?? "/", Query = query }.Uri, host);
    }

    private static HttpClient Build(string bundle, string host)
    {
        var tls = new SslClientAuthenticationOptions { TargetHost = host };
        if (bundle.Length > 0)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPem(Encoding.UTF8.GetString(Convert.FromBase64String(bundle)));
            tls.CertificateChainPolicy = policy;
        }

        return new HttpClient(new SocketsHttpHandler { SslOptions = tls, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30) }) { Timeout = Timeout.InfiniteTimeSpan };
    }
}
