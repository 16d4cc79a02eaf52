using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes.InMemory;
using VWorkspace.Kubernetes.Yaml;
using VWorkspace.Operator.Settings;
using VWorkspace.Operator.Tests.Docs;
using VWorkspace.Operator.Tests.Hosting;

namespace VWorkspace.Operator.Tests.Privileges;

/// <summary>A cluster with everything that is installed, one managed namespace, and hands that do what people and Flux do.</summary>
internal sealed class PrivilegeWorld : IAsyncDisposable
{
    public const string Namespace = "org-myteam";
    private readonly string _directory = Directory.CreateTempSubdirectory("privilege-").FullName;

    private PrivilegeWorld(InMemoryApiServer server) => Server = server;

    public InMemoryApiServer Server { get; }

    public static async Task<PrivilegeWorld> StartAsync()
    {
        InMemoryApiServer server = await InMemoryApiServer.StartAsync(new() { RequestLogSize = 100_000 });
        await server.InstallCrdsAsync([RepositoryFiles.Path("crds"), RepositoryFiles.Path("src/VWorkspace.Sandbox/StandIns/Flux/Crds")]);
        await server.InstallCrdYamlAsync(Crd("cert-manager.io", "Certificate"));
        await server.InstallCrdYamlAsync(Crd("external-secrets.io", "ExternalSecret"));
        var world = new PrivilegeWorld(server);
        foreach (JsonObject manifest in Manifests("deploy/manifests").Concat(Manifests("deploy/examples"))) await server.ApplyAsync(manifest);
        return world;
    }

    /// <summary>What the roles of the installation allow, as <c>group/resource verb</c>.</summary>
    public static IEnumerable<string> Granted() =>
        from role in Manifests("deploy/manifests")
        where (string?)role["kind"] is "Role" or "ClusterRole"
        from rule in role["rules"]!.AsArray()
        from resource in rule!["resources"]!.AsArray()
        from verb in rule["verbs"]!.AsArray()
        select $"{rule["apiGroups"]![0]}/{resource} {verb}";

    /// <summary>The operator as the ServiceAccount of the installation, with everything switched on.</summary>
    public async Task<OperatorUnderTest> StartOperatorAsync(bool webhooks = false)
    {
        string certificates = Directory.CreateDirectory(Path.Combine(_directory, "tls")).FullName, kubeconfig = Path.Combine(_directory, "kubeconfig-account");
        using ServingCertificate certificate = ServingCertificate.CreateSelfSigned(["vworkspace-app-operator-webhook.vworkspace-system.svc"], TimeProvider.System);
        using ECDsa key = certificate.Certificate.GetECDsaPrivateKey()!;
        await File.WriteAllTextAsync(Path.Combine(certificates, "tls.key"), key.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(Path.Combine(certificates, "tls.crt"), certificate.Certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(kubeconfig, Server.KubeconfigFor(Server.CreateServiceAccountToken("vworkspace-system", "vworkspace-app-operator")));
        return await OperatorUnderTest.StartAsync(Server, _directory, options => options with
        {
            KubeconfigPath = kubeconfig,
            LeaderElection = new() { Enabled = true },
            Applications = options.Applications with { NamespaceGate = NamespaceGateMode.Enforce, BlockedRecheckInterval = TimeSpan.FromMilliseconds(300) },
            Webhooks = new() { Enabled = webhooks, Address = IPAddress.Loopback, Port = 0, Certificate = new(certificates) },
        });
    }

    public static string Instance(string name, string sourceType, string values) => $$$"""
        apiVersion: apps.vworkspace.io/v1alpha1
        kind: ApplicationInstance
        metadata: {name: {{{name}}}, namespace: {{{Namespace}}}}
        spec:
          appRef: {catalogId: wiki}
          chart: {sourceType: {{{sourceType}}}, url: "{{{(sourceType == "oci" ? "oci://registry.example.com/charts" : "https://charts.example.com")}}}", name: wiki, version: 1.2.3}
          release: {name: {{{name}}}, namespace: {{{Namespace}}}}
          values: {source: {{{values}}}, {{{values}}}: {{{(values == "inline" ? "{}" : "{name: values, key: v}")}}}}
          integrations: {certManager: {enabled: {{{(values == "inline" ? "false" : "true")}}}}, externalSecrets: {enabled: {{{(values == "inline" ? "false" : "true")}}}}}
        """;

    public Task ApplyAsync(string yaml) => Server.ApplyYamlAsync(yaml);

    public Task PatchAsync(string name, Action<JsonObject> change) => Server.UpdateAsync("apps.vworkspace.io/v1alpha1", "ApplicationInstance", Namespace, name, change);

    /// <summary>Flux fetches the chart and installs it.</summary>
    public async Task FluxAsync(string release, string sourceKind)
    {
        const string Digest = "sha256:0123";
        await StatusAsync("source.toolkit.fluxcd.io/v1", sourceKind, release + "-source", "Ready", "True", "Succeeded", status =>
        {
            if (sourceKind == "OCIRepository")
                status["artifact"] = new JsonObject { ["revision"] = $"1.2.3@{Digest}", ["digest"] = Digest, ["path"] = "p", ["url"] = "http://u", ["lastUpdateTime"] = "2026-01-01T00:00:00Z" };
        });
        await StatusAsync("helm.toolkit.fluxcd.io/v2", "HelmRelease", release, "Ready", "True", "InstallSucceeded", status =>
        {
            if (sourceKind == "OCIRepository") status["lastAttemptedRevisionDigest"] = Digest;
            status["history"] = new JsonArray(new JsonObject
            {
                ["name"] = release, ["namespace"] = Namespace, ["version"] = 1, ["status"] = "deployed", ["chartName"] = "wiki", ["chartVersion"] = "1.2.3",
                ["configDigest"] = "sha256:0", ["digest"] = "sha256:0", ["firstDeployed"] = "2026-01-01T00:00:00Z", ["lastDeployed"] = "2026-01-01T00:00:00Z",
            });
        });
    }

    public Task StatusAsync(string apiVersion, string kind, string name, string type, string state, string reason, Action<JsonObject>? more = null) =>
        Server.UpdateStatusAsync(apiVersion, kind, Namespace, name, json =>
        {
            long generation = long.Parse(json["metadata"]!["generation"]!.ToString(), CultureInfo.InvariantCulture);
            var status = new JsonObject
            {
                ["observedGeneration"] = generation,
                ["conditions"] = new JsonArray(new JsonObject
                {
                    ["type"] = type, ["status"] = state, ["reason"] = reason, ["message"] = reason, ["observedGeneration"] = generation, ["lastTransitionTime"] = "2026-01-01T00:00:00Z",
                }),
            };
            more?.Invoke(status);
            if (kind is "Certificate" or "ExternalSecret") status.Remove("observedGeneration");
            json["status"] = status;
        });

    public async Task ShowsAsync(string name, string type, string reason)
    {
        JsonObject? last = await Server.WaitForAsync("apps.vworkspace.io/v1alpha1", "ApplicationInstance", Namespace, name, found => Conditions(found).Any(c => (string?)c["type"] == type && (string?)c["reason"] == reason), ManagerUnderTest.Patience);
        Assert.That(Conditions(last).Select(c => $"{c["type"]}/{c["reason"]}"), Has.Some.EqualTo($"{type}/{reason}"), string.Join("; ", Conditions(last).Select(c => $"{c["type"]}: {c["message"]}")));
    }

    public async Task ExistsAsync(string kind, string name) => Assert.That(
        await Server.WaitForAsync(kind == "HelmRelease" ? "helm.toolkit.fluxcd.io/v2" : "source.toolkit.fluxcd.io/v1", kind, Namespace, name, found => found is not null, ManagerUnderTest.Patience), Is.Not.Null, $"{kind} {name}");

    public async Task GoneAsync(string apiVersion, string kind, string name) => Assert.That(
        await Server.WaitForAsync(apiVersion, kind, Namespace, name, found => found is null, ManagerUnderTest.Patience), Is.Null, $"{kind} {name}");

    /// <summary>Resources that were watched in the managed namespace and are not any more.</summary>
    public IEnumerable<string> EndedWatches() =>
        Server.Requests.Where(r => r is { Verb: "watch", StatusCode: 200, Namespace: Namespace }).Select(r => r.Resource).Distinct(StringComparer.Ordinal);

    /// <summary>What whoever unmanages a namespace does: the label, then the binding.</summary>
    public async Task UnmanageAsync()
    {
        await LabelAsync(managed: false);
        await Server.DeleteAsync("rbac.authorization.k8s.io/v1", "RoleBinding", Namespace, "vworkspace-app-operator");
    }

    public Task LabelAsync(bool managed) => Server.UpdateAsync("v1", "Namespace", null, Namespace, json =>
    {
        JsonObject labels = json["metadata"]!["labels"]!.AsObject();
        if (managed) labels["app.vworkspace.io/managed-by"] = "vworkspace";
        else labels.Remove("app.vworkspace.io/managed-by");
    });

    public Task BindAsync() => Server.ApplyAsync(Manifests("deploy/examples").Single(m => (string?)m["kind"] == "RoleBinding"));

    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        using var limit = new CancellationTokenSource(ManagerUnderTest.Patience);
        while (!condition())
        {
            try
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, limit.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"it never came true that {what}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static IEnumerable<JsonObject> Conditions(JsonObject? instance) => instance?["status"]?["conditions"]?.AsArray().OfType<JsonObject>() ?? [];

    private static IEnumerable<JsonObject> Manifests(string folder) => Directory.EnumerateFiles(RepositoryFiles.Path(folder), "*.yaml").Order(StringComparer.Ordinal)
        .SelectMany(file => KubernetesYaml.ParseObjects(File.ReadAllText(file)));

    private static string Crd(string group, string kind) => $$$"""
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: {{{kind.ToLowerInvariant()}}}s.{{{group}}}}
        spec:
          group: {{{group}}}
          names: {kind: {{{kind}}}, listKind: {{{kind}}}List, plural: {{{kind.ToLowerInvariant()}}}s, singular: {{{kind.ToLowerInvariant()}}}}
          scope: Namespaced
          versions:
            - name: v1
              served: true
              storage: true
              subresources: {status: {}}
              schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
        """;
}
