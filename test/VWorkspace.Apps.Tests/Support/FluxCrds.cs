namespace VWorkspace.Apps.Tests.Support;

/// <summary>CRDs of the kinds beside the instance, open for any content; the real ones are used where a test is about their schemas.</summary>
internal static class FluxCrds
{
    public static string Flux => string.Join("\n---\n",
        Crd("helm.toolkit.fluxcd.io", "v2", "HelmRelease", "helmreleases"),
        Crd("source.toolkit.fluxcd.io", "v1", "HelmRepository", "helmrepositories"),
        Crd("source.toolkit.fluxcd.io", "v1", "OCIRepository", "ocirepositories"),
        Crd("source.toolkit.fluxcd.io", "v1", "HelmChart", "helmcharts"));

    public static string CertManager => Crd("cert-manager.io", "v1", "Certificate", "certificates");

    public static string ExternalSecrets => Crd("external-secrets.io", "v1", "ExternalSecret", "externalsecrets");

    private static string Crd(string group, string version, string kind, string plural) => $$$"""
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata:
          name: {{{plural}}}.{{{group}}}
        spec:
          group: {{{group}}}
          names: {kind: {{{kind}}}, listKind: {{{kind}}}List, plural: {{{plural}}}, singular: {{{kind.ToLowerInvariant()}}}}
          scope: Namespaced
          versions:
            - name: {{{version}}}
              served: true
              storage: true
              subresources: {status: {}}
              schema:
                openAPIV3Schema:
                  type: object
                  properties:
                    spec: {type: object, x-kubernetes-preserve-unknown-fields: true}
                    status: {type: object, x-kubernetes-preserve-unknown-fields: true}
        """;
}
