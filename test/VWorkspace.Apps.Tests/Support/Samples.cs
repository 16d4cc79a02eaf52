using System.Text.Json;
using System.Text.Json.Nodes;
using VWorkspace.Api;
using VWorkspace.Kubernetes.Yaml;

namespace VWorkspace.Apps.Tests.Support;

/// <summary>Instances for tests, written as people write them.</summary>
internal static class Samples
{
    public const string Wiki = """
        apiVersion: apps.vworkspace.io/v1alpha1
        kind: ApplicationInstance
        metadata:
          name: wiki
          namespace: org-blue
        spec:
          appRef: {catalogId: dokuwiki}
          chart: {sourceType: oci, url: oci://registry.example.com/charts, name: wiki, version: 1.2.3}
          release: {name: wiki, namespace: org-blue}
          values: {source: inline, inline: {replicaCount: 2}}
        """;

    public static readonly DateTimeOffset Now = new(2026, 6, 2, 9, 0, 0, TimeSpan.Zero);

    /// <summary>As the server would hand it out: with UID, generation and version.</summary>
    public static ApplicationInstance Instance(string yaml = Wiki, Func<ApplicationInstance, ApplicationInstance>? with = null)
    {
        JsonObject json = KubernetesYaml.ParseObject(yaml);
        ApplicationInstance instance = json.Deserialize(ApiJson.Default.ApplicationInstance)!;
        instance = instance with
        {
            Metadata = instance.Metadata with { Uid = "uid-1", Generation = 1, ResourceVersion = "10", Finalizers = [Finalizers.ApplicationInstance] },
        };
        return with is null ? instance : with(instance);
    }

    public static ApplicationInstance Annotated(this ApplicationInstance instance, string key, string value) => instance with
    {
        Metadata = instance.Metadata with { Annotations = new Dictionary<string, string>(instance.Metadata.Annotations, StringComparer.Ordinal) { [key] = value } },
    };

    public static ApplicationInstance WithStatus(this ApplicationInstance instance, params (string Type, string Status, string Reason)[] conditions) => instance with
    {
        Status = instance.Status with
        {
            Conditions = [.. conditions.Select(c => new VWorkspace.Kubernetes.Condition
            {
                Type = c.Type, Status = c.Status, Reason = c.Reason, Message = "stored", ObservedGeneration = 1, LastTransitionTime = Now.AddMinutes(-10),
            })],
        },
    };

    public static ApplicationInstance WithSpec(this ApplicationInstance instance, Func<ApplicationInstanceSpec, ApplicationInstanceSpec> change) =>
        instance with { Spec = change(instance.Spec) };

    public static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
