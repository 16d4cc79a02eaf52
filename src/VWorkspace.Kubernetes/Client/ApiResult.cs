using System.Diagnostics.CodeAnalysis;

namespace VWorkspace.Kubernetes;

/// <summary>Either what was asked for or the server's refusal; one of the two is always there.</summary>
/// <typeparam name="T">What was asked for.</typeparam>
public readonly struct ApiResult<T> where T : class
{
    private readonly T? _value;
    private readonly KubernetesError? _error;

    /// <summary>A success.</summary>
    public ApiResult(T value, IReadOnlyList<string>? warnings = null)
    {
        ArgumentNullException.ThrowIfNull(value);
        (_value, Warnings) = (value, warnings ?? []);
    }

    /// <summary>A refusal.</summary>
    public ApiResult(KubernetesError error, IReadOnlyList<string>? warnings = null)
    {
        ArgumentNullException.ThrowIfNull(error);
        (_error, Warnings) = (error, warnings ?? []);
    }

    /// <summary>Texts of <c>Warning: 299</c> headers, in order.</summary>
    public IReadOnlyList<string> Warnings { get => field ?? []; }

    /// <summary>The refusal, or null.</summary>
    public KubernetesError? Error => _error;

    /// <summary>True when there is a value.</summary>
    public bool IsSuccess => _value is not null;

    /// <summary>The value.</summary>
    /// <exception cref="KubernetesApiException">The server refused.</exception>
    public T Value => _value ?? throw new KubernetesApiException(_error ?? throw new InvalidOperationException("default(ApiResult) has neither value nor error"));

    /// <summary>Gives the value or the refusal.</summary>
    public bool TryGet([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out KubernetesError? error)
    {
        (value, error) = (_value, _error);
        return value is not null;
    }

    /// <summary>The value, or null when the object does not exist; every other refusal is thrown.</summary>
    /// <exception cref="KubernetesApiException">Any refusal but 404.</exception>
    public T? ValueOrNullIfNotFound() => _error is { IsNotFound: true } ? null : Value;
}
