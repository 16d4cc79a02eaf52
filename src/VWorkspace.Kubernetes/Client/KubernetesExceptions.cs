namespace VWorkspace.Kubernetes;

/// <summary>A refusal of the API server turned into an exception by a caller who did not expect it.</summary>
public sealed class KubernetesApiException : Exception
{
    /// <summary>Wraps a refusal.</summary>
    public KubernetesApiException(KubernetesError error) : base((error ?? throw new ArgumentNullException(nameof(error))).ToString()) => Error = error;

    /// <summary>The refusal.</summary>
    public KubernetesError Error { get; }
}

/// <summary>
/// No answer: the connection could not be made, broke, timed out or carried something that is not HTTP/JSON.
/// A write that ends so may have been carried out or not.
/// </summary>
public sealed class KubernetesTransportException : Exception
{
    /// <summary>A fault with its text and cause.</summary>
    public KubernetesTransportException(string message, Exception? inner = null) : base(message, inner) { }

    /// <summary>What went wrong; <see cref="TransportFault.Broken"/> unless told otherwise.</summary>
    public TransportFault Fault { get; init; }
}

/// <summary>What kept an answer from arriving.</summary>
public enum TransportFault
{
    /// <summary>The connection broke, or a stream was cut short of its end.</summary>
    Broken,

    /// <summary>No connection: name resolution, refused, TLS. The request was not sent.</summary>
    Connect,

    /// <summary>No answer within the time-out.</summary>
    Timeout,

    /// <summary>A watch brought neither event nor bookmark within its idle time: the peer counts as dead.</summary>
    Idle,

    /// <summary>Something arrived that is not what the protocol allows, or that does not fit the type asked for.</summary>
    Protocol,

    /// <summary>No credential could be had: token file, exec plugin or client certificate. The request was not sent.</summary>
    Credential,
}
