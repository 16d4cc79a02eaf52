using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Flux;

/// <summary>An object of which only the conditions matter: a Certificate.</summary>
internal sealed record ConditionedObject : IKubernetesObject
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    public ObjectMeta Metadata { get => field ?? new(); init; } = new();

    public ConditionedStatus Status { get => field ?? new(); init; } = new();
}

internal sealed record ConditionedStatus
{
    public IReadOnlyList<Condition> Conditions { get => field ?? []; init; } = [];
}

/// <summary>What the controller reads of an ExternalSecret.</summary>
internal sealed record ExternalSecret : IKubernetesObject
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    public ObjectMeta Metadata { get => field ?? new(); init; } = new();

    public ExternalSecretSpec Spec { get => field ?? new(); init; } = new();

    public ConditionedStatus Status { get => field ?? new(); init; } = new();

    /// <summary>Name of the Secret that it makes.</summary>
    public string TargetName => string.IsNullOrEmpty(Spec.Target?.Name) ? Metadata.Name ?? string.Empty : Spec.Target.Name;
}

internal sealed record ExternalSecretSpec
{
    public ExternalSecretTarget? Target { get; init; }
}

internal sealed record ExternalSecretTarget
{
    public string? Name { get; init; }
}

/// <summary>What the controller reads of an Ingress.</summary>
internal sealed record Ingress : IKubernetesObject
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    public ObjectMeta Metadata { get => field ?? new(); init; } = new();

    public IngressSpec Spec { get => field ?? new(); init; } = new();
}

internal sealed record IngressSpec
{
    public IReadOnlyList<IngressRule> Rules { get => field ?? []; init; } = [];

    public IReadOnlyList<IngressTls> Tls { get => field ?? []; init; } = [];
}

internal sealed record IngressRule
{
    public string? Host { get; init; }
}

internal sealed record IngressTls
{
    public IReadOnlyList<string> Hosts { get => field ?? []; init; } = [];
}

/// <summary>The content of a Secret or ConfigMap that an instance names. Never printed.</summary>
internal sealed class DataObject : IKubernetesObject
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    public ObjectMeta Metadata { get => field ?? new(); init; } = new();

    public IReadOnlyDictionary<string, string>? Data { get; init; }

    public IReadOnlyDictionary<string, string>? BinaryData { get; init; }
}
