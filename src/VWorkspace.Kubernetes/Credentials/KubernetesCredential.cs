using System.Net.Http.Headers;
using System.Net.Security;
using System.Text;

namespace VWorkspace.Kubernetes.Credentials;

/// <summary>What a request shows to prove who sends it. Its text form never tells anything.</summary>
internal sealed class RequestCredential(AuthenticationHeaderValue? authorization, SslStreamCertificateContext? clientCertificate)
{
    public static RequestCredential Nothing { get; } = new(null, null);

    public AuthenticationHeaderValue? Authorization { get; } = authorization;

    /// <summary>The same instance as long as the certificate is the same: a new one asks for new connections.</summary>
    public SslStreamCertificateContext? ClientCertificate { get; } = clientCertificate;

    public override string ToString() => KubernetesCredential.Redacted;
}

/// <summary>
/// Proves to the API server who we are. Credentials that rotate (token files, certificate files, exec plugins) are renewed by themselves: when they
/// change or expire, and when the server answers 401. Text forms are <c>[REDACTED]</c>.
/// </summary>
public abstract class KubernetesCredential
{
    internal const string Redacted = "[REDACTED]";

    private protected KubernetesCredential() { }

    /// <summary>No credential: anonymous, or somebody in between adds one.</summary>
    public static KubernetesCredential None { get; } = new FixedCredential(RequestCredential.Nothing);

    /// <summary>A bearer token that does not change.</summary>
    /// <exception cref="ArgumentException">It is empty, or holds white space or control characters; the message does not repeat it.</exception>
    public static KubernetesCredential BearerToken(string token)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(token);
        return new FixedCredential(new(TokenHeader.TryMake(token) ?? throw new ArgumentException("a token holds neither white space nor control characters", nameof(token)), null));
    }

    /// <summary>User and password (HTTP basic). API servers have not taken it since 1.19; proxies in front of them may.</summary>
    public static KubernetesCredential Basic(string username, string password)
    {
        ArgumentException.ThrowIfNullOrEmpty(username);
        ArgumentNullException.ThrowIfNull(password);
        string pair = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{password}"));
        return new FixedCredential(new(new AuthenticationHeaderValue("Basic", pair), null));
    }

    /// <summary>A bearer token in a file that may be replaced at any time, such as a projected service account token.</summary>
    public static KubernetesCredential TokenFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new TokenFileCredential(path);
    }

    /// <summary>A TLS client certificate with its key, both PEM; certificates after the first are sent along as its chain.</summary>
    /// <exception cref="KubernetesConfigurationException">They cannot be read or do not belong together.</exception>
    public static KubernetesCredential ClientCertificate(string certificatePem, string keyPem)
    {
        ArgumentException.ThrowIfNullOrEmpty(certificatePem);
        ArgumentException.ThrowIfNullOrEmpty(keyPem);
        return new FixedCredential(new(null, ClientCertificates.Load(certificatePem, keyPem, "the client certificate")));
    }

    /// <summary>A TLS client certificate and its key in PEM files, read again when they change.</summary>
    public static KubernetesCredential ClientCertificateFiles(string certificatePath, string keyPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(certificatePath);
        ArgumentException.ThrowIfNullOrEmpty(keyPath);
        return new CertificateFileCredential(certificatePath, keyPath);
    }

    /// <summary>A credential plugin as <c>users[].exec</c> of a kubeconfig describes it.</summary>
    /// <exception cref="KubernetesConfigurationException">The plugin's settings cannot work.</exception>
    public static KubernetesCredential Exec(ExecPluginOptions plugin)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        return new ExecCredential(plugin.Validated());
    }

    /// <summary>A client certificate together with something for the Authorization header; of two headers the first one counts.</summary>
    public static KubernetesCredential Combine(KubernetesCredential first, KubernetesCredential second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (ReferenceEquals(first, None)) return second;
        return ReferenceEquals(second, None) ? first : new CombinedCredential(first, second);
    }

    /// <summary>Always <c>[REDACTED]</c>.</summary>
    public sealed override string ToString() => Redacted;

    /// <summary>What the next request shows.</summary>
    /// <exception cref="KubernetesConfigurationException">There is nothing to show: file, plugin or certificate failed.</exception>
    internal abstract ValueTask<RequestCredential> GetAsync(TimeProvider timeProvider, CancellationToken cancellationToken);

    /// <summary>The server did not accept <paramref name="rejected"/>: true when the next <see cref="GetAsync"/> may give something else.</summary>
    internal virtual bool Renew(RequestCredential rejected) => false;
}

internal sealed class FixedCredential(RequestCredential credential) : KubernetesCredential
{
    internal override ValueTask<RequestCredential> GetAsync(TimeProvider timeProvider, CancellationToken cancellationToken) => new(credential);
}

internal sealed class CombinedCredential(KubernetesCredential first, KubernetesCredential second) : KubernetesCredential
{
    internal override async ValueTask<RequestCredential> GetAsync(TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        RequestCredential a = await first.GetAsync(timeProvider, cancellationToken);
        RequestCredential b = await second.GetAsync(timeProvider, cancellationToken);
        return new(a.Authorization ?? b.Authorization, a.ClientCertificate ?? b.ClientCertificate);
    }

    internal override bool Renew(RequestCredential rejected) => first.Renew(rejected) | second.Renew(rejected);
}
