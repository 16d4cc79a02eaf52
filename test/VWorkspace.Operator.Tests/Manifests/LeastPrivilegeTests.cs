using System.Net;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory;
using VWorkspace.Operator.Hosting;
using VWorkspace.Operator.Settings;
using VWorkspace.Operator.Tests.Docs;
using VWorkspace.Operator.Tests.Hosting;

namespace VWorkspace.Operator.Tests.Manifests;

/// <summary>The operator as its service account, on a server that decides by RBAC: the roles of the manifests are enough, and without them it says so.</summary>
public sealed class LeastPrivilegeTests
{
    private const string ClusterRole = "deploy/manifests/20-cluster-role.yaml";

    private InMemoryApiServer _server = null!;
    private string _directory = "";

    [SetUp]
    public async Task Start()
    {
        _directory = Directory.CreateTempSubdirectory("rbac-").FullName;
        _server = await InMemoryApiServer.StartAsync();
        await _server.InstallCrdsAsync(RepositoryFiles.Path("crds"));
        await _server.InstallCrdYamlAsync(string.Join("\n---\n",
            FluxCrd("helm.toolkit.fluxcd.io", "v2", "HelmRelease", "helmreleases"),
            FluxCrd("source.toolkit.fluxcd.io", "v1", "HelmRepository", "helmrepositories"),
            FluxCrd("source.toolkit.fluxcd.io", "v1", "OCIRepository", "ocirepositories")));
    }

    [TearDown]
    public async Task Stop()
    {
        await _server.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Test]
    public async Task The_roles_of_the_manifests_are_enough_to_bring_up_and_remove_an_application()
    {
        await ApplyAsync([.. Directory.EnumerateFiles(RepositoryFiles.Path("deploy/manifests"), "*.yaml").Order(StringComparer.Ordinal), RepositoryFiles.Path("deploy/examples/managed-namespace.yaml")]);
        await using OperatorUnderTest manager = await StartOperatorAsync();
        await Http.UntilAsync(await manager.HealthAsync(), "/readyz", HttpStatusCode.OK);

        await _server.ApplyYamlAsync("""
            apiVersion: apps.vworkspace.io/v1alpha1
            kind: ApplicationInstance
            metadata: {name: nextcloud, namespace: org-myteam}
            spec:
              appRef: {catalogId: nextcloud}
              chart: {sourceType: oci, url: "oci://registry.example.com/charts", name: nextcloud, version: 6.2.4}
              release: {name: nextcloud, namespace: org-myteam}
              values: {source: inline, inline: {}}
            """);
        await _server.WaitForAsync("helm.toolkit.fluxcd.io/v2", "HelmRelease", "org-myteam", "nextcloud", static found => found is not null, ManagerUnderTest.Patience);
        await _server.WaitForAsync("apps.vworkspace.io/v1alpha1", "ApplicationInstance", "org-myteam", "nextcloud", static found => found?["status"]?["conditions"] is JsonArray { Count: > 0 }, ManagerUnderTest.Patience);
        await _server.DeleteAsync("apps.vworkspace.io/v1alpha1", "ApplicationInstance", "org-myteam", "nextcloud");
        await _server.WaitForAsync("apps.vworkspace.io/v1alpha1", "ApplicationInstance", "org-myteam", "nextcloud", static found => found is null, ManagerUnderTest.Patience);

        Assert.That(await manager.StopAsync(), Is.EqualTo(ExitCode.Success));
        Assert.That(_server.Requests.Where(request => request.StatusCode == 403).Select(request => $"{request.User}: {request.Verb} {request.Path}"), Is.Empty);
    }

    [Test]
    public async Task Missing_rights_are_told_by_the_probe_and_the_log_and_found_when_they_come()
    {
        await ApplyAsync([.. Directory.EnumerateFiles(RepositoryFiles.Path("deploy/manifests"), "*.yaml").Where(file => !file.EndsWith("20-cluster-role.yaml", StringComparison.Ordinal)).Order(StringComparer.Ordinal)]);
        await using OperatorUnderTest manager = await StartOperatorAsync();
        string health = await manager.HealthAsync();
        JsonObject missing;
        do missing = await Http.UntilAsync(health, "/readyz/rbac", HttpStatusCode.ServiceUnavailable);
        while ((string?)missing["checks"]![0]!["reason"] != "PermissionMissing");
        Assert.That((string?)missing["checks"]![0]!["message"], Does.StartWith("not allowed: get applicationinstances.apps.vworkspace.io"));

        await ApplyAsync([RepositoryFiles.Path(ClusterRole)]);
        await Http.UntilAsync(health, "/readyz", HttpStatusCode.OK);
        Assert.That(manager.Log, Does.Contain("permissions are missing").And.Contain("permissions are complete"));
    }

    private async Task ApplyAsync(IEnumerable<string> files)
    {
        foreach (string file in files) await _server.ApplyYamlAsync(await File.ReadAllTextAsync(file));
    }

    private async Task<OperatorUnderTest> StartOperatorAsync()
    {
        string kubeconfig = Path.Combine(_directory, "service-account");
        await File.WriteAllTextAsync(kubeconfig, _server.KubeconfigFor(_server.CreateServiceAccountToken("vworkspace-system", "vworkspace-app-operator")));
        return await OperatorUnderTest.StartAsync(_server, _directory, options => options with
        {
            KubeconfigPath = kubeconfig,
            LeaderElection = new LeaderElectionSettings { Enabled = true },
            Runtime = new RuntimeSettings { RecheckInterval = TimeSpan.FromMilliseconds(500), KubeApiQps = 1000, KubeApiBurst = 1000 },
        });
    }

    private static string FluxCrd(string group, string version, string kind, string plural) => $$"""
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata:
          name: {{plural}}.{{group}}
        spec:
          group: {{group}}
          scope: Namespaced
          names: {kind: {{kind}}, listKind: {{kind}}List, plural: {{plural}}, singular: {{kind.ToLowerInvariant()}} }
          versions:
            - name: {{version}}
              served: true
              storage: true
              subresources: {status: { } }
              schema:
                openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
        """;
}
