namespace VWorkspace.Kubernetes;

/// <summary>
/// The configuration cannot be used. The message names file, field and remedy; it never holds the content of a field that may be secret.
/// </summary>
public sealed class KubernetesConfigurationException : Exception
{
    /// <summary>A fault with its text and cause.</summary>
    public KubernetesConfigurationException(string message, Exception? inner = null) : base(message, inner) { }
}
