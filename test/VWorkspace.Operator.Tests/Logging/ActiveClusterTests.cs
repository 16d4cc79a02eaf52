using System.Text.Json.Nodes;
using VWorkspace.Api;
using VWorkspace.Kubernetes;
using VWorkspace.Kubernetes.InMemory;
using VWorkspace.Operator.Tests.Docs;
using VWorkspace.Operator.Tests.Hosting;

namespace VWorkspace.Operator.Tests.Logging;

/// <summary>Every log line names the Cluster that the operator acts on.</summary>
public sealed class ActiveClusterTests
{
    private string _directory = "";

    [SetUp]
    public void Make() => _directory = Directory.CreateTempSubdirectory("cluster-").FullName;

    [TearDown]
    public void Remove() => Directory.Delete(_directory, recursive: true);

    [Test]
    public async Task Lines_name_the_oldest_Cluster_of_the_operators_namespace_as_long_as_there_is_one()
    {
        await using InMemoryApiServer server = await InMemoryApiServer.StartAsync();
        await server.InstallCrdsAsync(RepositoryFiles.Path("crds"));
        string kubeconfig = Path.Combine(_directory, "own");
        await File.WriteAllTextAsync(kubeconfig, server.Kubeconfig);
        await using var client = new KubernetesClient(KubernetesClientConfiguration.FromKubeconfigFile(kubeconfig));
        await using OperatorUnderTest manager = await OperatorUnderTest.StartAsync(server, _directory, options => options with { OperatorNamespace = "default" });
        await manager.RecordsUntilAsync(all => all.Any(line => (string?)line["msg"] == "configuration in force" && (string?)line["cluster_id"] == "unregistered"));

        await ClusterAsync("kube-system", "elsewhere");
        await ClusterAsync("default", "c-first");
        await ClusterAsync("default", "c-later");
        await NameAsync("c-first");
        Assert.That(manager.Records.Select(line => (string?)line["cluster_id"]), Is.Not.Contains("elsewhere").And.Not.Contains("c-later"));

        _ = (await client.DeleteAsync(ApiResources.Clusters, new("default", "c-first"), new(), CancellationToken.None)).Value;
        await NameAsync("c-later");

        async Task ClusterAsync(string @namespace, string name)
        {
            var body = new JsonObject { ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = new JsonObject { ["controlPlaneBaseUrl"] = "https://control.example.com" } };
            _ = (await client.CreateAsync(ApiResources.Clusters, @namespace, body, new WriteOptions(), CancellationToken.None)).Value;
        }

        // Something that the operator logs, again and again until it carries the name.
        async Task NameAsync(string cluster)
        {
            using var limit = new CancellationTokenSource(ManagerUnderTest.Patience);
            for (int i = 0; manager.Records.All(line => (string?)line["cluster_id"] != cluster); i++)
            {
                limit.Token.ThrowIfCancellationRequested();
                JsonObject instance = new()
                {
                    ["metadata"] = new JsonObject { ["name"] = $"{cluster}-{i}" },
                    ["spec"] = new JsonObject { ["mode"] = "placeholder", ["appRef"] = new JsonObject { ["catalogId"] = "c" } },
                };
                _ = (await client.CreateAsync(ApiResources.ApplicationInstances, "default", instance, new WriteOptions(), limit.Token)).Value;
                await manager.RecordsUntilAsync(all => all.Any(line => (string?)line["name"] == $"{cluster}-{i}"));
            }
        }
    }
}
