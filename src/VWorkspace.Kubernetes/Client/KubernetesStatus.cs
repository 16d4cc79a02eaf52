namespace VWorkspace.Kubernetes;

/// <summary>The <c>meta/v1 Status</c> document with which the API server explains a refusal.</summary>
public sealed record KubernetesStatus
{
    /// <summary>HTTP status code; the code of the response when the document has none.</summary>
    public int Code { get; init; }

    /// <summary>Machine-readable reason such as <c>NotFound</c>, <c>Conflict</c>, <c>Expired</c>; see <see cref="StatusReason"/>.</summary>
    public string Reason { get => field ?? string.Empty; init; } = string.Empty;

    /// <summary>Text for people.</summary>
    public string Message { get => field ?? string.Empty; init; } = string.Empty;

    /// <summary><c>Success</c> or <c>Failure</c>.</summary>
    public string Status { get => field ?? string.Empty; init; } = string.Empty;

    /// <summary>What the status is about and every single cause, or null.</summary>
    public KubernetesStatusDetails? Details { get; init; }
}

/// <summary>The <c>details</c> member of a <see cref="KubernetesStatus"/>.</summary>
public sealed record KubernetesStatusDetails
{
    /// <summary>Name of the object concerned.</summary>
    public string? Name { get; init; }

    /// <summary>API group of the object concerned.</summary>
    public string? Group { get; init; }

    /// <summary>Kind or resource concerned.</summary>
    public string? Kind { get; init; }

    /// <summary>UID of the object concerned.</summary>
    public string? Uid { get; init; }

    /// <summary>Single causes, for instance one for each invalid field or each field manager conflict.</summary>
    public IReadOnlyList<KubernetesStatusCause> Causes { get => field ?? []; init; } = [];

    /// <summary>Seconds after which the request may be tried again.</summary>
    public int? RetryAfterSeconds { get; init; }
}

/// <summary>One cause of a refusal.</summary>
public sealed record KubernetesStatusCause
{
    /// <summary>Machine-readable type, for instance <c>FieldValueRequired</c> or <c>FieldManagerConflict</c>.</summary>
    public string Reason { get => field ?? string.Empty; init; } = string.Empty;

    /// <summary>Text for people.</summary>
    public string Message { get => field ?? string.Empty; init; } = string.Empty;

    /// <summary>Path of the field concerned.</summary>
    public string Field { get => field ?? string.Empty; init; } = string.Empty;
}

/// <summary>Values of <see cref="KubernetesStatus.Reason"/> that callers decide on.</summary>
public static class StatusReason
{
    /// <summary>404.</summary>
    public const string NotFound = "NotFound";

    /// <summary>409 on a create of a name that exists.</summary>
    public const string AlreadyExists = "AlreadyExists";

    /// <summary>409 on an optimistic lock or a field manager conflict.</summary>
    public const string Conflict = "Conflict";

    /// <summary>410: the resource version or continue token is too old.</summary>
    public const string Expired = "Expired";

    /// <summary>410 in its older spelling.</summary>
    public const string Gone = "Gone";

    /// <summary>403.</summary>
    public const string Forbidden = "Forbidden";

    /// <summary>401.</summary>
    public const string Unauthorized = "Unauthorized";

    /// <summary>422.</summary>
    public const string Invalid = "Invalid";

    /// <summary>429.</summary>
    public const string TooManyRequests = "TooManyRequests";

    /// <summary>504 and the answer to a list or watch at a resource version that the server has not seen yet.</summary>
    public const string Timeout = "Timeout";
}
