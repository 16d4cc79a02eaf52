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
}
