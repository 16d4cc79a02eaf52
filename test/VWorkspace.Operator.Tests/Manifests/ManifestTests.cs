using System.Text.Json.Nodes;
using VWorkspace.Kubernetes;
using VWorkspace.Kubernetes.InMemory;
using VWorkspace.Kubernetes.Yaml;
using VWorkspace.Operator.CommandLine;
using VWorkspace.Operator.Health;
using VWorkspace.Operator.Tests.Docs;

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
        foreach (JsonObject manifest in Objects("deploy/manifests", "deploy/examples"))
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
        foreach (JsonObject role in Objects("deploy/manifests", "deploy/examples").Where(manifest => (string?)manifest["kind"] is "Role" or "ClusterRole"))
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
    public void The_arguments_of_the_pod_are_understood()
    {
        JsonNode container = Objects("deploy/manifests").Single(manifest => (string?)manifest["kind"] == "Deployment")["spec"]!["template"]!["spec"]!["containers"]![0]!;
        Assert.That(ManagerCommand.Parse(Texts(container["args"]), _ => null), Is.TypeOf<Invocation.Run>().With.Property(nameof(Invocation.Run.Warnings)).Empty);
    }

    private static string[] Texts(JsonNode? list) => [.. list!.AsArray().Select(item => (string)item!)];
}
