using System.Text.Json.Serialization;
using VWorkspace.Kubernetes;

namespace VWorkspace.Api;

/// <summary>What is wanted of an <see cref="ApplicationInstance"/>.</summary>
public sealed record ApplicationInstanceSpec
{
    /// <summary>Entry of the catalog; null in an object that bypassed the schema.</summary>
    public CatalogReference? AppRef { get; init; }

    /// <summary>See <see cref="ApplicationMode"/>; empty counts as managed.</summary>
    public string Mode { get => field ?? string.Empty; init; } = string.Empty;

    /// <summary>Source and version of the chart; required in managed mode, forbidden for placeholders.</summary>
    public ChartReference? Chart { get; init; }

    /// <summary>Identity of the Helm release; required in managed mode.</summary>
    public ReleaseIdentity? Release { get; init; }

    /// <summary>Chart values; required in managed mode, forbidden for placeholders.</summary>
    public ApplicationValues? Values { get; init; }

    /// <summary>Shortcuts for common values; ignored for placeholders.</summary>
    public ApplicationIntegrations? Integrations { get; init; }

    /// <summary>Checks against the running application.</summary>
    public IReadOnlyList<ReadinessCheck> ReadinessChecks { get => field ?? []; init; } = [];

    /// <summary>True when the object represents the cluster instead of an application.</summary>
    [JsonIgnore]
    public bool IsPlaceholder => Mode == ApplicationMode.Placeholder;
}

/// <summary>Values of <see cref="ApplicationInstanceSpec.Mode"/>.</summary>
public static class ApplicationMode
{
    /// <summary>Installs the chart. The default.</summary>
    public const string Managed = "managed";

    /// <summary>Represents the cluster; owns no release.</summary>
    public const string Placeholder = "placeholder";
}

/// <summary>Points to an entry of the catalog.</summary>
public sealed record CatalogReference
{
    /// <summary>Identifier; recorded, never looked up.</summary>
    public string CatalogId { get => field ?? string.Empty; init; } = string.Empty;
}

/// <summary>Where a chart comes from and which version of it; also the shape of <see cref="ApplicationInstanceStatus.LastAppliedChart"/>.</summary>
public sealed record ChartReference
{
    /// <summary>See <see cref="ChartSourceType"/>.</summary>
    public string SourceType { get => field ?? string.Empty; init; } = string.Empty;

    /// <summary>Address of the registry (<c>oci://</c>) or repository (<c>https://</c>).</summary>
    public string Url { get => field ?? string.Empty; init; } = string.Empty;

    /// <summary>Name of the chart.</summary>
    public string Name { get => field ?? string.Empty; init; } = string.Empty;

    /// <summary>One concrete semantic version.</summary>
    public string Version { get => field ?? string.Empty; init; } = string.Empty;
}

/// <summary>Values of <see cref="ChartReference.SourceType"/>.</summary>
public static class ChartSourceType
{
    /// <summary>A registry.</summary>
    public const string Oci = "oci";

    /// <summary>A chart repository.</summary>
    public const string Helm = "helm";
}

/// <summary>Identity of a Helm release; immutable.</summary>
public sealed record ReleaseIdentity
{
    /// <summary>Name of the release and of its HelmRelease, at most 53 characters.</summary>
    public string Name { get => field ?? string.Empty; init; } = string.Empty;

    /// <summary>Namespace; the one of the instance.</summary>
    public string Namespace { get => field ?? string.Empty; init; } = string.Empty;
}

/// <summary>Chart values; exactly the member that <see cref="Source"/> names is set.</summary>
public sealed record ApplicationValues
{
    /// <summary>See <see cref="ValuesSource"/>.</summary>
    public string Source { get => field ?? string.Empty; init; } = string.Empty;

    /// <summary>The values themselves; numbers keep the text in which they were stored. Kept packed: they are read when the instance is, and most of the time it is at rest.</summary>
    public RawJson? Inline { get; init; }

    /// <summary>A Secret that holds a whole values document.</summary>
    public ValuesReference? SecretRef { get; init; }

    /// <summary>A ConfigMap that holds a whole values document.</summary>
    public ValuesReference? ConfigMapRef { get; init; }
}

/// <summary>Values of <see cref="ApplicationValues.Source"/>.</summary>
public static class ValuesSource
{
    /// <summary>In the object itself.</summary>
    public const string Inline = "inline";

    /// <summary>In a Secret.</summary>
    public const string SecretRef = "secretRef";

    /// <summary>In a ConfigMap.</summary>
    public const string ConfigMapRef = "configMapRef";
}

/// <summary>One key of a Secret or ConfigMap of the same namespace.</summary>
public sealed record ValuesReference
{
    /// <summary>Name of the object.</summary>
    public string Name { get => field ?? string.Empty; init; } = string.Empty;

    /// <summary>Key with a YAML or JSON mapping.</summary>
    public string Key { get => field ?? string.Empty; init; } = string.Empty;
}

/// <summary>Shortcuts for values that many charts share.</summary>
public sealed record ApplicationIntegrations
{
    /// <summary>Use of external-secrets.</summary>
    public IntegrationSwitch? ExternalSecrets { get; init; }

    /// <summary>Use of cert-manager.</summary>
    public IntegrationSwitch? CertManager { get; init; }

    /// <summary>Exposure to the outside.</summary>
    public IngressIntegration? Ingress { get; init; }
}

/// <summary>An integration that is on or off.</summary>
public sealed record IntegrationSwitch
{
    /// <summary>Default false.</summary>
    public bool Enabled { get; init; }
}

/// <summary>Exposure of the application to the outside.</summary>
public sealed record IngressIntegration
{
    /// <summary>Default false.</summary>
    public bool Enabled { get; init; }

    /// <summary>DNS name; required when enabled.</summary>
    public string? Host { get; init; }
}
