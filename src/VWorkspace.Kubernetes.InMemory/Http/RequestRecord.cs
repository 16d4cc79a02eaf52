namespace VWorkspace.Kubernetes.InMemory;

/// <summary>A request that the server has answered.</summary>
/// <param name="Time">When it came, by the server's clock.</param>
/// <param name="User">Who made it; empty when unknown.</param>
/// <param name="Verb">The Kubernetes verb, or the HTTP method in lower case for paths that are no resources.</param>
/// <param name="Group">The API group.</param>
/// <param name="Resource">The plural resource name; empty for other paths.</param>
/// <param name="Subresource">The subresource, mostly empty.</param>
/// <param name="Namespace">The namespace, mostly of namespaced resources.</param>
/// <param name="Name">The object's name; empty for collections.</param>
/// <param name="Path">The path without its query.</param>
/// <param name="Query">The query with its question mark, or empty.</param>
/// <param name="StatusCode">The HTTP status of the answer; 0 when the connection was cut.</param>
/// <param name="UserAgent">The User-Agent header.</param>
public sealed record RequestRecord(DateTimeOffset Time, string User, string Verb, string Group, string Resource, string Subresource, string Namespace, string Name, string Path, string Query, int StatusCode, string UserAgent);
