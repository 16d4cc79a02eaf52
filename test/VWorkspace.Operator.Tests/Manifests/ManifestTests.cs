using System.Text.Json.Nodes;
using VWorkspace.Apps;
using VWorkspace.Kubernetes;
using VWorkspace.Kubernetes.InMemory;
using VWorkspace.Kubernetes.Yaml;
using VWorkspace.Operator.CommandLine;
using VWorkspace.Operator.Health;
using VWorkspace.Operator.Settings;
using VWorkspace.Operator.Tests.Docs;
using VWorkspace.Operator.Webhooks;

namespace VWorkspace.Operator.Tests.Manifests;

/// <summary>What people apply to install the operator.</summary>
public sealed class ManifestTests
{
    private static readonly Dictionary<string, (string Plural, bool Namespaced)> Kinds = new(StringComparer.Ordinal)
    {
        ["Namespace"] = ("namespaces", false),
        ["ServiceAccount"] = ("serviceaccounts", true),
        ["Service"] = ("services", true),
        ["Deployment"] = ("deployments", true),
        ["Role"] = ("roles", true),
        ["RoleBinding"] = ("rolebindings", true),
        ["ClusterRole"] = ("clusterroles", false),
        ["ClusterRoleBinding"] = ("clusterrolebindings", false),
        ["ValidatingWebhookConfiguration"] = ("validatingwebhookconfigurations", false),
        ["MutatingWebhookConfiguration"] = ("mutatingwebhookconfigurations", false),
    };

    private static IEnumerable<JsonObject> Objects(params string[] folders) => folders
        .SelectMany(folder => Directory.EnumerateFiles(RepositoryFiles.Path(folder), "*.yaml").Order(StringComparer.Ordinal))
        .SelectMany(file => KubernetesYaml.ParseObjects(File.ReadAllText(file)));

    [Test]
    public async Task They_are_accepted_in_the_order_of_their_files()
    {
        string directory = Directory.CreateTempSubdirectory("manifests-").FullName;
        await using InMemoryApiServer server = await InMemoryApiServer.StartAsync();
        string kubeconfig = Path.Combine(directory, "kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, server.Kubeconfig);
        await using var client = new KubernetesClient(KubernetesClientConfiguration.FromKubeconfigFile(kubeconfig));
        int applied = 0;
        foreach (JsonObject manifest in Objects("deploy/manifests", "deploy/examples", "deploy/webhooks", "deploy/metrics").Where(manifest => (string?)manifest["apiVersion"] != "cert-manager.io/v1"))
        {
            string kind = (string)manifest["kind"]!, apiVersion = (string)manifest["apiVersion"]!, name = (string)manifest["metadata"]!["name"]!;
            string[] group = apiVersion.Contains('/', StringComparison.Ordinal) ? apiVersion.Split('/') : ["", apiVersion];
            KubernetesResource<PartialObject> resource = PartialObject.Resource(new(group[0], group[1], kind), Kinds[kind].Plural, Kinds[kind].Namespaced);
            ApiResult<PartialObject> result = await client.PatchAsync(
                resource, new ObjectKey((string?)manifest["metadata"]!["namespace"] ?? "", name), Patch.Apply(manifest), new WriteOptions { FieldManager = "kubectl", FieldValidation = "Strict" }, CancellationToken.None);
            Assert.That(result.Error?.ToString(), Is.Null, $"{kind} {name}");
            applied++;
        }
        Assert.That(applied, Is.GreaterThan(8));
        Directory.Delete(directory, recursive: true);
    }

    [Test]
    public void Roles_grant_nothing_by_wildcard_and_nothing_that_is_refused_on_purpose()
    {
        foreach (JsonObject role in Objects("deploy/manifests", "deploy/examples", "deploy/webhooks").Where(manifest => (string?)manifest["kind"] is "Role" or "ClusterRole"))
        {
            foreach (JsonNode? rule in role["rules"]!.AsArray())
            {
                string[] groups = Texts(rule!["apiGroups"]), resources = Texts(rule["resources"]), verbs = Texts(rule["verbs"]);
                string where = $"{role["metadata"]!["name"]}: {rule.ToJsonString()}";
                using (Assert.EnterMultipleScope())
                {
                    Assert.That(groups.Concat(resources).Concat(verbs), Has.None.Contains("*"), where);
                    Assert.That(verbs, Has.None.AnyOf("escalate", "impersonate", "bind", "deletecollection"), where);
                    Assert.That(resources, Has.None.AnyOf("pods/exec", "pods"), where);
                    if (resources.Contains("secrets", StringComparer.Ordinal)) Assert.That(verbs, Is.EqualTo(new[] { "get" }), where);
                    if (groups.Contains("rbac.authorization.k8s.io", StringComparer.Ordinal) || groups.Contains("admissionregistration.k8s.io", StringComparer.Ordinal)) Assert.Fail(where);
                    if (resources.Contains("namespaces", StringComparer.Ordinal) || resources.Contains("customresourcedefinitions", StringComparer.Ordinal)) Assert.That(verbs, Is.SubsetOf(new[] { "get", "list", "watch" }), where);
                }
            }
        }
    }

    [Test]
    public void The_cluster_role_is_what_the_readiness_check_asks_for()
    {
        JsonObject role = Objects("deploy/manifests").Single(manifest => (string?)manifest["kind"] == "ClusterRole" && (string?)manifest["metadata"]!["name"] == "vworkspace-app-operator");
        IEnumerable<string> granted = role["rules"]!.AsArray().Select(rule => Text(Texts(rule!["apiGroups"]).Single(), Texts(rule["resources"]), Texts(rule["verbs"])));
        Assert.That(granted, Is.EquivalentTo(Permissions.ClusterWide.Select(rule => Text(rule.Group, rule.Resources, rule.Verbs))));

        static string Text(string group, IEnumerable<string> resources, IEnumerable<string> verbs) => $"{group}: {string.Join(' ', resources)}: {string.Join(' ', verbs)}";
    }

    [Test]
    public void The_role_of_the_operators_namespace_is_what_the_readiness_check_asks_for()
    {
        JsonObject role = Objects("deploy/manifests").Single(manifest => (string?)manifest["kind"] == "Role");
        IEnumerable<string> granted = role["rules"]!.AsArray().Select(rule =>
            $"{Texts(rule!["apiGroups"]).Single()}: {string.Join(' ', Texts(rule["resources"]))}: {string.Join(' ', Texts(rule["verbs"]))}: {rule["resourceNames"]?[0]}");
        Assert.That(granted, Is.EquivalentTo(new[] { Permissions.Leases, Permissions.CatalogPolicy }.Select(rule =>
            $"{rule.Group}: {string.Join(' ', rule.Resources)}: {string.Join(' ', rule.Verbs)}: {rule.Name}")));
    }

    [Test]
    public void The_pod_is_restricted_and_outlives_the_graceful_stop()
    {
        JsonNode pod = Objects("deploy/manifests").Single(manifest => (string?)manifest["kind"] == "Deployment")["spec"]!["template"]!["spec"]!;
        JsonNode container = pod["containers"]![0]!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((bool?)pod["securityContext"]!["runAsNonRoot"], Is.True);
            Assert.That((string?)pod["securityContext"]!["seccompProfile"]!["type"], Is.EqualTo("RuntimeDefault"));
            Assert.That((bool?)container["securityContext"]!["allowPrivilegeEscalation"], Is.False);
            Assert.That((bool?)container["securityContext"]!["readOnlyRootFilesystem"], Is.True);
            Assert.That(Texts(container["securityContext"]!["capabilities"]!["drop"]), Is.EqualTo(new[] { "ALL" }));
            Assert.That((int?)pod["terminationGracePeriodSeconds"], Is.EqualTo(45));
        }
    }

    [Test]
    public void Webhooks_find_the_pod_and_its_certificate()
    {
        JsonObject[] all = [.. Objects("deploy/webhooks")];
        JsonNode patch = KubernetesYaml.ParseObject(RepositoryFiles.Text("deploy/webhooks/patches/manager.yaml"))["spec"]!["template"]!["spec"]!;
        JsonObject service = all.Single(manifest => (string?)manifest["kind"] == "Service");
        JsonObject certificate = all.Single(manifest => (string?)manifest["kind"] == "Certificate" && manifest["spec"]!["dnsNames"] is not null);
        string name = (string)service["metadata"]!["name"]!, ns = (string)service["metadata"]!["namespace"]!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(name, Is.EqualTo(WebhookServer.Name));
            Assert.That((bool?)service["spec"]!["publishNotReadyAddresses"], Is.True, "admission works while another readiness check fails");
            Assert.That((int?)service["spec"]!["ports"]![0]!["targetPort"], Is.EqualTo(new OperatorOptions().Webhooks.Port));
            Assert.That(Texts(certificate["spec"]!["dnsNames"]), Does.Contain($"{name}.{ns}.svc"));
            Assert.That((string?)patch["volumes"]![0]!["secret"]!["secretName"], Is.EqualTo((string?)certificate["spec"]!["secretName"]));
            Assert.That((string?)patch["containers"]![0]!["volumeMounts"]![0]!["mountPath"], Is.EqualTo(new OperatorOptions().Webhooks.Certificate.Directory));
            Assert.That(ManagerCommand.Parse(Texts(patch["containers"]![0]!["args"]), _ => null), Is.TypeOf<Invocation.Run>().With.Property(nameof(Invocation.Run.Warnings)).Empty);
        }

        foreach (JsonObject configuration in all.Where(manifest => ((string)manifest["kind"]!).EndsWith("WebhookConfiguration", StringComparison.Ordinal)))
        {
            JsonNode hook = configuration["webhooks"]!.AsArray().Single()!;
            using (Assert.EnterMultipleScope())
            {
                Assert.That((string?)configuration["metadata"]!["name"], Is.EqualTo(WebhookServer.Name));
                Assert.That((string?)configuration["metadata"]!["annotations"]!["cert-manager.io/inject-ca-from"], Is.EqualTo($"{ns}/{certificate["metadata"]!["name"]}"));
                Assert.That((string?)hook["clientConfig"]!["service"]!["name"], Is.EqualTo(name));
                Assert.That((string?)hook["clientConfig"]!["service"]!["path"], Is.AnyOf(InstanceWebhooks.ValidatePath, InstanceWebhooks.MutatePath));
                Assert.That(Texts(hook["rules"]![0]!["operations"]), Is.EqualTo(new[] { "CREATE", "UPDATE" }));
                Assert.That((string?)hook["matchConditions"]![0]!["expression"], Is.EqualTo("!has(object.metadata.deletionTimestamp)"));
            }
        }
    }

    [Test]
    public void The_arguments_of_the_pod_are_understood()
    {
        JsonNode container = Objects("deploy/manifests").Single(manifest => (string?)manifest["kind"] == "Deployment")["spec"]!["template"]!["spec"]!["containers"]![0]!;
        Assert.That(ManagerCommand.Parse(Texts(container["args"]), _ => null), Is.TypeOf<Invocation.Run>().With.Property(nameof(Invocation.Run.Warnings)).Empty);
    }

    private static string[] Texts(JsonNode? list) => [.. list!.AsArray().Select(item => (string)item!)];
}
