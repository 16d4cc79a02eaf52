using VWorkspace.Api;
using VWorkspace.Apps.Deciding;
using VWorkspace.Apps.Observing;
using VWorkspace.Apps.Tests.Support;

namespace VWorkspace.Apps.Tests.Rendering;

/// <summary>One instance for each family of inputs, and what the controller writes for it.</summary>
internal static class InputFamilies
{
    private static readonly string Head = """
        metadata: {name: NAME, namespace: org-blue}
        spec:
          appRef: {catalogId: dokuwiki}
          release: {name: wiki, namespace: org-blue}

        """;

    public static readonly IReadOnlyDictionary<string, string> All = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["oci-inline"] = """
              chart: {sourceType: oci, url: oci://registry.example.com/charts, name: wiki, version: 1.2.3}
              values: {source: inline, inline: {replicaCount: 2, ratio: 1.50, big: 12345678901234567890, flag: "true", list: [1, "2", null], nested: {empty: {}}}}
            """,
        ["oci-url-ends-in-chart-build-version"] = """
              chart: {sourceType: oci, url: oci://registry.example.com/charts/wiki/, name: wiki, version: 1.2.3-rc.1+build.7}
              values: {source: inline, inline: {}}
            """,
        ["helm-inline"] = """
              chart: {sourceType: helm, url: "https://charts.example.com/stable", name: wiki, version: v2.0.0}
              values: {source: inline, inline: {image: {tag: "2.0"}}}
            """,
        ["helm-secret"] = """
              chart: {sourceType: helm, url: "https://charts.example.com/stable", name: wiki, version: 2.0.0}
              values: {source: secretRef, secretRef: {name: wiki-values, key: values.yaml}}
            """,
        ["oci-configmap-integrations"] = """
              chart: {sourceType: oci, url: oci://registry.example.com/charts, name: wiki, version: 1.2.3}
              values: {source: configMapRef, configMapRef: {name: wiki-values, key: values.yaml}}
              integrations: {ingress: {enabled: true, host: wiki.example.com}, certManager: {enabled: true}, externalSecrets: {enabled: true}}
            """,
        ["oci-inline-integrations-overlap"] = """
              chart: {sourceType: oci, url: oci://registry.example.com/charts, name: wiki, version: 1.2.3}
              values: {source: inline, inline: {ingress: {host: other.example.com, className: nginx}}}
              integrations: {ingress: {enabled: true, host: wiki.example.com}}
            """,
    };

    public static ApplicationInstance Instance(string family, string name = "wiki") =>
        Samples.Instance(Head.Replace("NAME", name, StringComparison.Ordinal) + All[family]) is var instance
            ? instance with { Metadata = instance.Metadata with { Uid = "11aa", Generation = 2 } }
            : throw new InvalidOperationException();

    public static ChildPlan Plan(ApplicationInstance instance, string? clusterId = "c1")
    {
        ValuesObservation values = instance.Spec.Values!.Source == ValuesSource.Inline
            ? ValuesObservation.NotReferenced
            : ValuesReader.Parse("ingress:\n  host: from-the-document.example.com\npassword: canary\n"u8.ToArray(), "the document");
        return ChildPlanner.Plan(new() { Instance = instance, ClusterId = clusterId, Values = values }, new(), Samples.Now);
    }
}
