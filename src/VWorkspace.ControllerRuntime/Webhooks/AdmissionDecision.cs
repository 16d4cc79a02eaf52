namespace VWorkspace.ControllerRuntime;

/// <summary>The answer of an admission handler.</summary>
public sealed record AdmissionDecision
{
    private AdmissionDecision() { }

    /// <summary>True when the request may go on.</summary>
    public required bool IsAllowed { get; init; }

    /// <summary>HTTP status code of the refusal that the user sees; 403 for a rule, 422 for an invalid object, 409 for a conflict.</summary>
    public int Code { get; private init; }

    /// <summary>Machine-readable reason of the refusal, for instance <c>Forbidden</c> or <c>Invalid</c>.</summary>
    public string Reason { get; private init; } = string.Empty;

    /// <summary>Text for people.</summary>
    public string Message { get; private init; } = string.Empty;

    /// <summary>Warnings that <c>kubectl</c> prints, whatever the decision.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The request may go on, with the object as the handler left it.</summary>
    public static AdmissionDecision Allowed { get; } = new() { IsAllowed = true, Code = 200 };

    /// <summary>The request is refused.</summary>
    /// <param name="message">Text for people; says what to do.</param>
    /// <param name="reason">Machine-readable reason.</param>
    /// <param name="code">HTTP status code.</param>
    public static AdmissionDecision Denied(string message, string reason = "Forbidden", int code = 403)
    {
        ArgumentException.ThrowIfNullOrEmpty(message);
        return new() { IsAllowed = false, Code = code, Reason = reason, Message = message };
    }

    /// <summary>The object breaks a rule (422).</summary>
    public static AdmissionDecision Invalid(string message) => Denied(message, "Invalid", 422);
}

/// <summary>Decides about requests before the API server stores them.</summary>
public interface IAdmissionHandler
{
    /// <summary>Decides; a defaulting handler changes <see cref="AdmissionRequest.Object"/> in place and the difference becomes the patch.</summary>
    /// <param name="request">The question.</param>
    /// <param name="cancellationToken">Fires when the API server hangs up.</param>
    ValueTask<AdmissionDecision> HandleAsync(AdmissionRequest request, CancellationToken cancellationToken);
}
