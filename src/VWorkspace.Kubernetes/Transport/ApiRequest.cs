namespace VWorkspace.Kubernetes.Transport;

/// <summary>Which connections and slots a request may use.</summary>
internal enum RequestLane
{
    /// <summary>Everything but leases.</summary>
    General,

    /// <summary>Single leases: own connection, own slots, no rate limit.</summary>
    Lease,
}

/// <summary>One call, ready to be sent any number of times.</summary>
internal sealed record ApiRequest(HttpMethod Method, string PathAndQuery)
{
    /// <summary>What is asked for, in words of messages and traces: resource and key, without query.</summary>
    public required string Subject { get; init; }

    public string Accept { get; init; } = MediaTypes.Json;

    /// <summary>Null sends no body.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    public string ContentType { get; init; } = MediaTypes.Json;

    public RequestLane Lane { get; init; }

    /// <summary>Time for this call; null takes the default.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>A read may be sent again when nobody knows what became of it.</summary>
    public bool IsRead => Method == HttpMethod.Get;
}

/// <summary>Media types of the Accept and Content-Type headers.</summary>
internal static class MediaTypes
{
    public const string Json = "application/json";
    public const string PartialObject = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1, application/json";
    public const string PartialObjectList = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1, application/json";
}
