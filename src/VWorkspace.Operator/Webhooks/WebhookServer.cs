using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using VWorkspace.Apps;
using VWorkspace.ControllerRuntime;
using VWorkspace.Operator.Hosting;
using VWorkspace.Operator.Settings;

namespace VWorkspace.Operator.Webhooks;

/// <summary>
/// Serves the admission webhooks over HTTPS, on every replica. The certificate comes from files that are read anew when they change; where nobody mounts
/// such files it is a self-signed one, whose authority the leader puts into the webhook configurations.
/// </summary>
internal sealed class WebhookServer : IAsyncDisposable
{
    /// <summary>Name of the Service and of both webhook configurations in <c>deploy/webhooks</c>.</summary>
    public const string Name = "vworkspace-app-operator-webhook";

    /// <summary>How long webhooks are served after the stop was asked for, five seconds and a margin for coarse timers: the API server learns only after a while that this replica goes.</summary>
    public static readonly TimeSpan LingerTime = TimeSpan.FromSeconds(5.5);

    /// <summary>The time-out in the webhook configurations: nobody waits longer for an answer.</summary>
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(10);

    // Authority and key live in memory only and every start makes new ones, so there is nothing to renew in between.
    private static readonly TimeSpan SelfSignedLifetime = TimeSpan.FromDays(3650);

    private readonly OperatorOptions _options;
    private readonly RuntimeMetrics _metrics;
    private readonly OperatorSurroundings _surroundings;
    private readonly ILoggerFactory _logging;
    private readonly ILogger _logger;
    private readonly CertificateFileWatcher? _files;
    private readonly ServingCertificate? _selfSigned;
    private HttpListener? _listener;

    /// <summary>Reads or makes the certificate; nothing listens yet.</summary>
    public WebhookServer(OperatorOptions options, RuntimeMetrics metrics, OperatorSurroundings surroundings, ILoggerFactory logging)
    {
        (_options, _metrics, _surroundings, _logging) = (options, metrics, surroundings, logging);
        _logger = logging.CreateLogger<WebhookServer>();
        CertificateFiles files = options.Webhooks.Certificate;

        // A directory without the files is a mounted Secret that is still to come: the certificate is waited for.
        if (Directory.Exists(files.Directory))
        {
            _files = new(
                Path.Combine(files.Directory, files.CertificateName), Path.Combine(files.Directory, files.KeyName), metrics, surroundings.Clock,
                logging.CreateLogger<CertificateFileWatcher>(), CertificateInterval(options));
            return;
        }

        HostLog.SelfSigned(_logger, files.Directory);
        string service = $"{Name}.{options.OperatorNamespace}";
        _selfSigned = ServingCertificate.CreateSelfSigned([$"{service}.svc", $"{service}.svc.cluster.local", service, Name, "localhost"], surroundings.Clock, SelfSignedLifetime);
    }

    /// <summary>When the certificate that is served expires; null while there is none.</summary>
    public DateTimeOffset? CertificateExpiry => Certificate is { } certificate ? new DateTimeOffset(certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero) : null;

    private X509Certificate2? Certificate => _files is { } files ? files.Current : _selfSigned?.Certificate;

    /// <summary>The readiness check: listening, with a certificate that is valid now.</summary>
    public HealthCheckResult Check()
    {
        if (Certificate is not { } certificate) return HealthCheckResult.Failed("CertificateMissing", "there is no certificate to serve yet");
        DateTime now = _surroundings.Clock.GetUtcNow().UtcDateTime;
        if (now < certificate.NotBefore.ToUniversalTime() || now >= certificate.NotAfter.ToUniversalTime()) return HealthCheckResult.Failed("CertificateInvalid", "the certificate is not valid now");
        return Volatile.Read(ref _listener) is null ? HealthCheckResult.Failed("NotListening", "the webhooks do not listen yet") : HealthCheckResult.Ok;
    }

    /// <summary>Starts to listen. Has to be called before the manager runs.</summary>
    /// <returns>False when the port cannot be had; it is logged.</returns>
    public async Task<bool> StartAsync(ControllerManager manager, ApplicationInstanceServices services, CancellationToken cancellationToken)
    {
        WebhookSettings settings = _options.Webhooks;
        IAdmissionHandler validator = InstanceWebhooks.Validator(manager.Client, manager.Cache, AppsComposition.Options(_options), services);
        IAdmissionHandler defaulter = InstanceWebhooks.Defaulter();
        try
        {
            HttpListener? listener = await HttpListener.StartAsync(
                settings.Address is { } address ? BindAddress.On(address, settings.Port) : BindAddress.AnyInterface(settings.Port),
                routes =>
                {
                    routes.MapAdmission(InstanceWebhooks.ValidatePath, validator, _metrics, _surroundings.Clock, _logger);
                    routes.MapAdmission(InstanceWebhooks.MutatePath, defaulter, _metrics, _surroundings.Clock, _logger);
                },
                _logging, new ListenerTls(() => _files is { } files ? files.Context : _selfSigned?.Context, settings.EnableHttp2, AnswerTime), cancellationToken);
            Volatile.Write(ref _listener, listener);
        }
        catch (IOException fault)
        {
            HostLog.CannotServeWebhooks(_logger, settings.Port, fault.Message);
            return false;
        }

        if (_selfSigned is { } selfSigned)
        {
            var injector = new CaBundleInjector(manager.Client, new([Name], [Name]), selfSigned.CertificateAuthorityPem, _surroundings.Clock, _logging.CreateLogger<CaBundleInjector>());
            manager.AddWorker("webhook-ca-bundle", injector.RunAsync);
        }

        HostLog.Webhooks(_logger, _listener!.EndPoint.ToString(), _selfSigned is null ? settings.Certificate.Directory : "self-signed");
        _surroundings.OnWebhooksListening?.Invoke(_listener.EndPoint);
        return true;
    }

    /// <summary>Goes on serving until <see cref="LingerTime"/> has passed since the stop was asked for and what is being answered is answered.</summary>
    /// <param name="stopping">When it was asked for, as a timestamp of the clock.</param>
    /// <param name="abort">Ends the waiting.</param>
    public async Task LingerAsync(long stopping, CancellationToken abort)
    {
        TimeSpan left = LingerTime - _surroundings.Clock.GetElapsedTime(stopping);
        try
        {
            if (left > TimeSpan.Zero) await Task.Delay(left, _surroundings.Clock, abort);
        }
        catch (OperationCanceledException)
        {
            // No patience left.
        }

        await EndAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _files?.Dispose();
        _selfSigned?.Dispose();
    }

    private async Task EndAsync()
    {
        if (Interlocked.Exchange(ref _listener, null) is { } listener) await listener.DisposeAsync();
    }

    private static TimeSpan CertificateInterval(OperatorOptions options)
    {
        var usual = TimeSpan.FromSeconds(10);
        return options.Runtime.RecheckInterval < usual ? options.Runtime.RecheckInterval : usual;
    }
}
