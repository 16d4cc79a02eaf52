using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>What has to be known of a CRD to tell which kinds it serves.</summary>
internal sealed record CustomResourceDefinition : IKubernetesObject
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    public ObjectMeta Metadata { get => field ?? new(); init; } = new();

    public CustomResourceDefinitionSpec? Spec { get; init; }

    public CustomResourceDefinitionStatus? Status { get; init; }

    public static KubernetesResource<CustomResourceDefinition> Resource { get; } = new(
        new("apiextensions.k8s.io", "v1", "CustomResourceDefinition"), "customresourcedefinitions", false, RuntimeJson.Default.CustomResourceDefinition);

    /// <summary>Kinds that are served now.</summary>
    public IEnumerable<GroupVersionKind> ServedKinds
    {
        get
        {
            bool established = Status?.Conditions.Any(static condition => condition is { Type: "Established", IsTrue: true }) == true;
            if (!established || Spec?.Names?.Kind is not { } kind) yield break;
            foreach (CustomResourceDefinitionVersion version in Spec.Versions)
                if (version.Served) yield return new(Spec.Group, version.Name, kind);
        }
    }
}

internal sealed record CustomResourceDefinitionSpec
{
    public string Group { get => field ?? string.Empty; init; } = string.Empty;

    public CustomResourceDefinitionNames? Names { get; init; }

    public IReadOnlyList<CustomResourceDefinitionVersion> Versions { get => field ?? []; init; } = [];
}

internal sealed record CustomResourceDefinitionNames
{
    public string? Kind { get; init; }
}

internal sealed record CustomResourceDefinitionVersion
{
    public string Name { get => field ?? string.Empty; init; } = string.Empty;

    public bool Served { get; init; }
}

internal sealed record CustomResourceDefinitionStatus
{
    public IReadOnlyList<Condition> Conditions { get => field ?? []; init; } = [];
}
