using Microsoft.Extensions.Logging;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>Reports an object that cannot be decoded once for each of its versions, on a log line of its own.</summary>
internal sealed partial class UndecodableReports(KubernetesResource resource, ILogger logger)
{
    private readonly Dictionary<ObjectKey, string> _reported = [];

    public void Report(ObjectKey? key, string? resourceVersion, string error)
    {
        if (key is { } known)
        {
            string version = resourceVersion ?? string.Empty;
            if (_reported.TryGetValue(known, out string? before) && before == version) return;
            _reported[known] = version;
        }

        using (logger.BeginScope(new KeyValuePair<string, object?>[] { new("namespace", key?.Namespace), new("name", key?.Name) }))
            Undecodable(logger, resource.QualifiedName, resourceVersion, error);
    }

    /// <summary>The object was decoded or went: its next fault is news again.</summary>
    public void Forget(ObjectKey key)
    {
        if (_reported.Count > 0) _reported.Remove(key);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "object cannot be decoded")]
    private static partial void Undecodable(
        ILogger logger, string resource, string? resourceVersion, string error);
}
