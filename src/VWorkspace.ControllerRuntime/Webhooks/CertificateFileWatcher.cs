using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace VWorkspace.ControllerRuntime;

/// <summary>
/// Keeps a certificate equal to two PEM files: told by the file system and, because mounted Secrets change through symbolic links that nobody tells about,
/// by looking at them every now and then. A pair that cannot be read leaves the previous certificate in place.
/// </summary>
public sealed partial class CertificateFileWatcher : IDisposable
{
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly string _certificatePath;
    private readonly string _keyPath;
    private readonly RuntimeMetrics _metrics;
    private readonly ILogger _logger;
    private readonly ITimer _poll;
    private readonly FileSystemWatcher? _notify;
    private readonly TimeSpan _interval;
    private SslStreamCertificateContext? _context;
    private byte[] _digest = [];
    private string? _lastFailure;

    /// <summary>Reads the files and starts to watch them; it is no fault when they are not there yet.</summary>
    /// <param name="certificatePath">Certificate chain, PEM.</param>
    /// <param name="keyPath">Private key, PEM.</param>
    /// <param name="metrics">Counts reads and failures.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="logger">Told about reloads and failures.</param>
    /// <param name="interval">How often the files are looked at. Default 10 s.</param>
    public CertificateFileWatcher(string certificatePath, string keyPath, RuntimeMetrics metrics, TimeProvider clock, ILogger logger, TimeSpan? interval = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(certificatePath);
        ArgumentException.ThrowIfNullOrEmpty(keyPath);
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(logger);
        (_certificatePath, _keyPath, _metrics, _logger, _interval) = (certificatePath, keyPath, metrics, logger, interval ?? TimeSpan.FromSeconds(10));
        Reload();
        _poll = clock.CreateTimer(static watcher => ((CertificateFileWatcher)watcher!).Reload(), this, _interval, _interval);
        string? directory = Path.GetDirectoryName(Path.GetFullPath(certificatePath));
        if (directory is null || !Directory.Exists(directory)) return;
        _notify = new(directory);
        _notify.Changed += OnNotify;
        _notify.Created += OnNotify;
        _notify.Renamed += OnNotify;
        _notify.EnableRaisingEvents = true;
    }

    /// <summary>The certificate to serve to the next handshake, or null while there is none. Without the rest of its chain: listeners should serve <see cref="Context"/>.</summary>
    public X509Certificate2? Current => Context?.TargetCertificate;

    /// <summary>The certificate with the intermediate ones that follow it in the file, for clients that know the root alone; null while there is none.</summary>
    public SslStreamCertificateContext? Context => Volatile.Read(ref _context);

    /// <summary>True when there is a certificate and it is valid at a time.</summary>
    public bool IsValidAt(DateTimeOffset time) => Current is { } certificate && time.UtcDateTime >= certificate.NotBefore.ToUniversalTime() && time.UtcDateTime < certificate.NotAfter.ToUniversalTime();

    /// <inheritdoc/>
    public void Dispose()
    {
        _notify?.Dispose();
        _poll.Dispose();
    }

    private void OnNotify(object sender, FileSystemEventArgs change) => _poll.Change(Settle, _interval);

    private void Reload()
    {
        lock (_gate)
        {
            try
            {
                byte[] certificate = File.ReadAllBytes(_certificatePath), key = File.ReadAllBytes(_keyPath);
                byte[] digest = SHA256.HashData([.. SHA256.HashData(certificate), .. SHA256.HashData(key)]);
                if (digest.AsSpan().SequenceEqual(_digest)) return;
                _metrics.CertificateReads.Add(1);
                string pem = System.Text.Encoding.UTF8.GetString(certificate);
                X509Certificate2 next = X509Certificate2.CreateFromPem(pem, System.Text.Encoding.UTF8.GetString(key));
                var chain = new X509Certificate2Collection();
                chain.ImportFromPem(pem);
                chain.RemoveAt(0);

                // Offline: what is served is what is in the file. The previous one is left to the garbage collector, because a handshake may be using it.
                Volatile.Write(ref _context, SslStreamCertificateContext.Create(next, chain, offline: true));
                (_digest, _lastFailure) = (digest, null);
                Loaded(_logger, _certificatePath, next.NotAfter.ToUniversalTime());
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
            {
                _metrics.CertificateReads.Add(1);
                _metrics.CertificateErrors.Add(1);

                // A Secret that is not there yet is looked for every few seconds; once is enough to say so.
                if (_lastFailure != fault.GetType().Name) NotLoaded(_logger, _certificatePath, fault.GetType().Name);
                _lastFailure = fault.GetType().Name;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "certificate loaded")]
    private static partial void Loaded(ILogger logger, string path, DateTime expires);

    [LoggerMessage(Level = LogLevel.Warning, Message = "certificate not loaded, the previous one stays")]
    private static partial void NotLoaded(ILogger logger, string path, string error);
}
