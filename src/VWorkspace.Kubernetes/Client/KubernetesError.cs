namespace VWorkspace.Kubernetes;

/// <summary>A refusal by the API server: an answer that arrived and says no. Network faults are <see cref="KubernetesTransportException"/> instead.</summary>
/// <param name="Status">The server's explanation; synthesised from the HTTP status when the body is not a Status document.</param>
/// <param name="RetryAfter">The server's <c>Retry-After</c>, or null.</param>
public sealed record KubernetesError(KubernetesStatus Status, TimeSpan? RetryAfter = null)
{
    /// <summary>HTTP status code.</summary>
    public int Code => Status.Code;

    /// <summary>Machine-readable reason.</summary>
    public string Reason => Status.Reason;

    /// <summary>Text for people.</summary>
    public string Message => Status.Message;

    /// <summary>The object or the resource does not exist.</summary>
    public bool IsNotFound => Code == 404;

    /// <summary>A create met an existing object.</summary>
    public bool IsAlreadyExists => Code == 409 && Reason == StatusReason.AlreadyExists;

    /// <summary>An optimistic lock or a field manager conflict.</summary>
    public bool IsConflict => Code == 409 && Reason == StatusReason.Conflict;

    /// <summary>The resource version or continue token is too old: list again.</summary>
    public bool IsExpired => Code == 410 || Reason is StatusReason.Expired or StatusReason.Gone;

    /// <summary>Not allowed.</summary>
    public bool IsForbidden => Code == 403;

    /// <summary>The object breaks a rule of its schema.</summary>
    public bool IsInvalid => Code == 422;

    /// <summary>True when the same request may succeed later: 429 and every 5xx but 501.</summary>
    public bool IsTransient => Code == 429 || (Code >= 500 && Code != 501);

    /// <summary>The server has not caught up with the resource version asked for yet.</summary>
    public bool IsTooLargeResourceVersion
    {
        get
        {
            if (Reason != StatusReason.Timeout && Code != 504) return false;
            if (Status.Details is { } details)
                foreach (KubernetesStatusCause cause in details.Causes)
                    if (cause.Reason == "ResourceVersionTooLarge") return true;
            return Message.Contains("Too large resource version", StringComparison.Ordinal);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Code} {Reason}: {Message}";
}
