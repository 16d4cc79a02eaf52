using System.Text.Json.Serialization;

namespace VWorkspace.Kubernetes.Tests.Client;

/// <summary>A small projection of the recordings' Widget.</summary>
public sealed record Widget : IKubernetesObject
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    public ObjectMeta Metadata { get => field ?? new(); init; } = new();

    public WidgetSpec? Spec { get; init; }

    public static KubernetesResource<Widget> Resource { get; } = new(new("demo.example.com", "v1alpha1", "Widget"), "widgets", true, TestJson.Default.Widget);

    public static string Json(string name, int size = 3, string version = "1", string ns = "ns") =>
        $$$"""{"apiVersion":"demo.example.com/v1alpha1","kind":"Widget","metadata":{"name":"{{{name}}}","namespace":"{{{ns}}}","resourceVersion":"{{{version}}}","uid":"u-{{{name}}}","managedFields":[{"manager":"m"}]},"spec":{"size":{{{size}}},"color":"rot — é😀"}}""";
}

public sealed record WidgetSpec
{
    public int Size { get; init; }

    public string? Color { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Widget))]
internal sealed partial class TestJson : JsonSerializerContext;

internal static class TestClients
{
    /// <summary>Overall limit of everything that a test waits for.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static KubernetesClient For(Uri address, KubernetesClientOptions? options = null, Func<KubernetesClientConfiguration, KubernetesClientConfiguration>? with = null)
    {
        var configuration = new KubernetesClientConfiguration { Server = address };
        return new(with is null ? configuration : with(configuration), options ?? new KubernetesClientOptions { Random = new Random(7) });
    }

    /// <summary>A token that ends a hung test.</summary>
    public static CancellationToken Limit() => new CancellationTokenSource(Patience).Token;
}
