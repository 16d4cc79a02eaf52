using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using VWorkspace.Kubernetes.InMemory.Authorization;
using VWorkspace.Kubernetes.InMemory.Hosting;
using VWorkspace.Kubernetes.InMemory.Http;

namespace VWorkspace.Kubernetes.InMemory;

/// <summary>A Kubernetes API server in memory: HTTPS on loopback, no files, no other processes. Behaves as kube-apiserver 1.36.</summary>
public sealed partial class InMemoryApiServer : IAsyncDisposable
{
    private readonly ApiCore _core;
    private readonly ServingCertificates _certificates;
    private readonly Authenticator _authenticator;
    private readonly HttpsListener _listener;
    private readonly HttpFrontend _frontend;
    private int _pausedPort;
    private readonly CancellationTokenSource _stopping = new();

    private InMemoryApiServer(InMemoryApiServerOptions options, ServingCertificates certificates, ApiCore core, HttpsListener listener)
    {
        Options = options;
        Token = options.Token ?? Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        (_certificates, _core, _listener) = (certificates, core, listener);
        _authenticator = new Authenticator(Token) { ServiceAccountTokens = _core.Tokens.Check };
        new ReviewOperations(_core, _authenticator).Register(_core.Special);
        var loggers = options.LoggerFactory ?? NullLoggerFactory.Instance;
        _frontend = new HttpFrontend(_core, _authenticator, new DiscoveryEndpoint(_core, () => _listener.Port),
            options.ControlPath is null ? null : new ControlEndpoint(options.ControlPath.TrimEnd('/'), _core), loggers.CreateLogger<InMemoryApiServer>());
    }

    /// <summary>The options the server was started with.</summary>
    public InMemoryApiServerOptions Options { get; }

    /// <summary>The address, e.g. <c>https://127.0.0.1:40123</c>.</summary>
    public Uri Uri => new($"https://127.0.0.1:{_listener.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)}");

    /// <summary>The bearer token of the user <c>admin</c>, a member of <c>system:masters</c>. Secret.</summary>
    public string Token { get; }

    /// <summary>The certificate of the authority that signed the serving certificate.</summary>
    public string CaCertificatePem => _certificates.CaPem;

    /// <summary>A kubeconfig for the admin, as YAML. Contains the token.</summary>
    public string Kubeconfig => KubeconfigText.Build(Uri, CaCertificatePem, Token, "in-memory");

    /// <summary>Starts a server; it answers when this returns.</summary>
    public static async Task<InMemoryApiServer> StartAsync(InMemoryApiServerOptions? options = null, CancellationToken ct = default)
    {
        options ??= new InMemoryApiServerOptions();
        options.Validate();
        // Most of a first start is compilation, so the three parts go side by side: certificates, the objects that are there from the start, the listener.
        var certificates = Task.Run(ServingCertificates.Create, ct);
        var core = Task.Run(() => ApiCore.CreateAsync(options, ct), ct);
        var ready = new TaskCompletionSource<InMemoryApiServer>(TaskCreationOptions.RunContinuationsAsynchronously);
        RequestDelegate? handler = null;
        var listener = new HttpsListener(certificates, http => handler is null ? HandleAsync(ready.Task, http) : handler(http), options.LoggerFactory ?? NullLoggerFactory.Instance);
        try
        {
            await listener.StartAsync(options.Port, ct).ConfigureAwait(false);
            var server = new InMemoryApiServer(options, await certificates.ConfigureAwait(false), await core.ConfigureAwait(false), listener);
            handler = server._frontend.HandleAsync;
            ready.SetResult(server);
            return server;
        }
        catch
        {
            ready.TrySetCanceled(CancellationToken.None);
            await listener.DisposeAsync().ConfigureAwait(false);
            await Task.WhenAll(certificates, core).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (certificates.IsCompletedSuccessfully) (await certificates.ConfigureAwait(false)).Dispose();
            if (core.IsCompletedSuccessfully) await (await core.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Writes <see cref="Kubeconfig"/> to a file that only this user can read.</summary>
    public async Task WriteKubeconfigAsync(string path, CancellationToken ct = default)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var writer = new StreamWriter(path, options);
        await using (writer.ConfigureAwait(false)) await writer.WriteAsync(Kubeconfig.AsMemory(), ct).ConfigureAwait(false);
    }

    /// <summary>Stops the server and forgets everything.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _listener.DisposeAsync().ConfigureAwait(false);
        await _core.DisposeAsync().ConfigureAwait(false);
        _certificates.Dispose();
        _stopping.Dispose();
    }

    /// <summary>On a port that was chosen beforehand a client may be there before the first objects are: it waits.</summary>
    private static async Task HandleAsync(Task<InMemoryApiServer> ready, HttpContext http)
    {
        var server = await ready.WaitAsync(http.RequestAborted).ConfigureAwait(false);
        await server._frontend.HandleAsync(http).ConfigureAwait(false);
    }
}
