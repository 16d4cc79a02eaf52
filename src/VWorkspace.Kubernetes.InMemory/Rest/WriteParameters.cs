using VWorkspace.Kubernetes.InMemory.Authorization;

namespace VWorkspace.Kubernetes.InMemory.Rest;

/// <summary>What to do about unknown and duplicate fields.</summary>
internal enum FieldValidation
{
    Ignore,
    Warn,
    Strict,
}

/// <summary>The parameters of a write, from the query of a request or from in-process callers.</summary>
internal sealed record WriteParameters
{
    public required UserInfo User { get; init; }

    public bool DryRun { get; init; }

    public string FieldManager { get; init; } = "";

    public FieldValidation FieldValidation { get; init; } = FieldValidation.Warn;

    public bool Force { get; init; }

    /// <summary>Texts for the <c>Warning</c> headers of the answer.</summary>
    public List<string> Warnings { get; } = [];
}
