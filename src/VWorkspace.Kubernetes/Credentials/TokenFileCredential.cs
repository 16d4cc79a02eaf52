using System.Net.Http.Headers;

namespace VWorkspace.Kubernetes.Credentials;

/// <summary>
/// A token in a file, and perhaps one to show as long as that file was never readable. The kubelet replaces projected tokens by swapping a link, so the file is simply read again every few seconds; it is
/// small. While it cannot be read the last good token is used: an old token is better than none.
/// </summary>
internal sealed class TokenFileCredential(string path, AuthenticationHeaderValue? before = null) : KubernetesCredential
{
    private static readonly TimeSpan ReadAgainAfter = TimeSpan.FromSeconds(10);
    private readonly Lock _lock = new();
    private RequestCredential? _current = before is null ? null : new(before, null);
    private long _readAt;
    private bool _hasRead;

    internal override ValueTask<RequestCredential> GetAsync(TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_hasRead && _current is not null && timeProvider.GetElapsedTime(_readAt) < ReadAgainAfter) return new(_current);
            (_readAt, _hasRead) = (timeProvider.GetTimestamp(), true);
            return new(Read(mustSucceed: _current is null));
        }
    }

    internal override bool Renew(RequestCredential rejected)
    {
        lock (_lock)
        {
            return _current is not null && !string.Equals(Read(mustSucceed: false).Authorization?.Parameter, rejected.Authorization?.Parameter, StringComparison.Ordinal);
        }
    }

    private RequestCredential Read(bool mustSucceed)
    {
        try
        {
            string text = ConfigurationFile.ReadText(path, "token");
            if (string.IsNullOrWhiteSpace(text)) throw new KubernetesConfigurationException($"token file {path} is empty");
            AuthenticationHeaderValue header = TokenHeader.TryMake(text)
                ?? throw new KubernetesConfigurationException($"token file {path} holds white space or control characters inside; it must hold the token alone");
            if (_current?.Authorization?.Parameter != header.Parameter) _current = new(header, null);
        }
        catch (KubernetesConfigurationException) when (!mustSucceed && _current is not null)
        {
            // Kept: see above.
        }

        return _current!;
    }
}
