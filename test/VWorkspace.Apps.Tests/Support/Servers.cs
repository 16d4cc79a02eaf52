using VWorkspace.Kubernetes;
using VWorkspace.Kubernetes.Credentials;
using VWorkspace.Kubernetes.InMemory;

namespace VWorkspace.Apps.Tests.Support;

/// <summary>An API server and a connection to it.</summary>
internal sealed class ServerConnection(InMemoryApiServer server) : IAsyncDisposable
{
    public InMemoryApiServer Server => server;

    public IKubernetesClient Client { get; } = new KubernetesClient(new()
    {
        Server = server.Uri,
        CertificateAuthorityData = server.CaCertificatePem,
        Credential = KubernetesCredential.BearerToken(server.Token),
    });

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await server.DisposeAsync();
    }
}

/// <summary>The server that tests share, each in a namespace of its own: with our kinds, Flux, cert-manager and external-secrets.</summary>
[SetUpFixture]
public sealed class Servers
{
    private static readonly Lock Gate = new();
    private static Task<ServerConnection>? _shared;
    private static int _namespaces;

    internal static Task<ServerConnection> SharedAsync()
    {
        lock (Gate) return _shared ??= StartAsync(FluxCrds.Flux, FluxCrds.CertManager, FluxCrds.ExternalSecrets);
    }

    internal static string NextNamespace() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"org-{Interlocked.Increment(ref _namespaces):d4}");

    internal static async Task<ServerConnection> StartAsync(params string[] crds)
    {
        InMemoryApiServer server = await InMemoryApiServer.StartAsync(new() { RequestLogSize = 0 });
        await server.InstallCrdsAsync(Repository.Crds);
        foreach (string yaml in crds) await server.InstallCrdYamlAsync(yaml);
        return new(server);
    }

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        if (_shared is { } shared) await (await shared).DisposeAsync();
    }
}
