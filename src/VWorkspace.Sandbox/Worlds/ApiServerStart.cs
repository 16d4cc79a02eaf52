using System.Globalization;
using System.Net.Sockets;
using VWorkspace.Kubernetes.InMemory;

namespace VWorkspace.Sandbox.Worlds;

/// <summary>Starts the API server with errors that a person can act on.</summary>
internal static class ApiServerStart
{
    /// <summary>Starts a server on a loopback port; 0 for any free one.</summary>
    /// <exception cref="SandboxUsageException">The port is in use or may not be used.</exception>
    public static async Task<InMemoryApiServer> StartAsync(int port, CancellationToken cancellationToken)
    {
        try
        {
            return await InMemoryApiServer.StartAsync(new() { Port = port }, cancellationToken);
        }
        catch (Exception fault) when (IsRefusedPort(fault, out string why))
        {
            throw new SandboxUsageException(string.Create(CultureInfo.InvariantCulture, $"port {port} on 127.0.0.1 {why}; choose another one with --api-port"));
        }
    }

    /// <summary>Writes the kubeconfig; makes its directory.</summary>
    /// <exception cref="SandboxUsageException">It cannot be written.</exception>
    public static async Task WriteKubeconfigAsync(InMemoryApiServer server, string path, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            await server.WriteKubeconfigAsync(path, cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new SandboxUsageException($"'{path}' cannot be written: {fault.Message}");
        }
    }

    private static bool IsRefusedPort(Exception fault, out string why)
    {
        SocketError? error = null;
        for (Exception? inner = fault; inner is not null; inner = inner.InnerException)
            if (inner is SocketException socket) error = socket.SocketErrorCode;
        why = error switch
        {
            SocketError.AddressAlreadyInUse => "is in use",
            SocketError.AccessDenied => "may not be used",
            _ => string.Empty,
        };
        return why.Length > 0;
    }
}
