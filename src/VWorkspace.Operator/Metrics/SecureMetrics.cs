using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;
using VWorkspace.Operator.Hosting;
using VWorkspace.Operator.Settings;

namespace VWorkspace.Operator.Metrics;

/// <summary>Metrics over HTTPS for those whom the API server lets read them: the certificate, and the guard before the endpoint.</summary>
internal sealed class SecureMetrics : IDisposable
{
    private const string Scheme = "Bearer ";
    private const string Service = "vworkspace-app-operator-metrics";
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(2);

    // Nobody can check it against an authority anyway; the next start makes a new one.
    private static readonly TimeSpan SelfSignedLifetime = TimeSpan.FromDays(3650);

    private readonly MetricsAccess _access;
    private readonly CertificateFileWatcher? _files;
    private readonly ServingCertificate? _selfSigned;

    /// <summary>Reads or makes the certificate; nothing listens yet.</summary>
    public SecureMetrics(OperatorOptions options, RuntimeMetrics metrics, TimeProvider clock, ILoggerFactory logging)
    {
        _access = new(clock, logging.CreateLogger<MetricsAccess>());
        CertificateFiles files = options.Metrics.Certificate;
        if (files.Directory.Length > 0)
        {
            _files = new(
                Path.Combine(files.Directory, files.CertificateName), Path.Combine(files.Directory, files.KeyName), metrics, clock, logging.CreateLogger<CertificateFileWatcher>());
        }
        else
        {
            string service = $"{Service}.{options.OperatorNamespace}";
            _selfSigned = ServingCertificate.CreateSelfSigned([$"{service}.svc", $"{service}.svc.cluster.local", service, Service, "localhost"], clock, SelfSignedLifetime);
        }

        // The certificate for the next handshake: a changed file counts at once.
        Tls = new(() => _files is { } watched ? watched.Context : _selfSigned?.Context, options.Webhooks.EnableHttp2, DrainTime);
    }

    /// <summary>How the listener speaks.</summary>
    public ListenerTls Tls { get; }

    /// <summary>From now on there is an API server to ask; until then requests are answered with 503.</summary>
    public void Connect(IKubernetesClient client) => _access.Connect(client);

    /// <summary>Puts the guard before an endpoint: 401 without a token that the API server knows, 403 for those who may not.</summary>
    public void Guard(IEndpointConventionBuilder endpoint) => endpoint.Add(built =>
    {
        RequestDelegate inner = built.RequestDelegate ?? throw new InvalidOperationException("There is nothing to guard.");
        built.RequestDelegate = context => AnswerAsync(context, inner);
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        _access.Dispose();
        _files?.Dispose();
        _selfSigned?.Dispose();
    }

    private async Task AnswerAsync(HttpContext context, RequestDelegate inner)
    {
        string? header = context.Request.Headers.Authorization;
        string? token = header?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) == true ? header[Scheme.Length..].Trim() : null;
        switch (await _access.JudgeAsync(token, context.RequestAborted))
        {
            case MetricsVerdict.Allowed:
                await inner(context);
                break;
            case MetricsVerdict.Forbidden:
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                break;
            case MetricsVerdict.Unauthenticated:
                context.Response.Headers.WWWAuthenticate = "Bearer";
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                break;
            default:
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                break;
        }
    }
}
