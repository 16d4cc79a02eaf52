using System.Net;
using System.Text.Json.Nodes;
using VWorkspace.Apps;
using VWorkspace.Kubernetes.InMemory;
using VWorkspace.Kubernetes.Yaml;
using VWorkspace.Operator.Tests.Docs;
using VWorkspace.Operator.Tests.Hosting;

namespace VWorkspace.Operator.Tests.Webhooks;

/// <summary>The rules about versions, from the ConfigMap on the cluster to the answer of the webhook.</summary>
public sealed class CatalogPolicyAdmissionTests
{
    private const string Wiki = """
        metadata: {name: wiki, namespace: default}
        spec:
          appRef: {catalogId: dokuwiki}
          chart: {sourceType: oci, url: "oci://registry.example.com/charts", name: wiki, version: 1.2.5}
          release: {name: wiki, namespace: default}
          values: {source: inline, inline: {}}
        """;

    [Test]
    public async Task Versions_are_refused_as_the_config_map_says_and_admitted_again_when_it_goes()
    {
        string directory = Directory.CreateTempSubdirectory("policy-").FullName;
        await using InMemoryApiServer server = await InMemoryApiServer.StartAsync();
        await server.InstallCrdsAsync(RepositoryFiles.Path("crds"));
        await server.CreateAsync(KubernetesYaml.ParseObject("{apiVersion: v1, kind: Namespace, metadata: {name: vworkspace-system}}"));
        await using OperatorUnderTest manager = await OperatorUnderTest.StartAsync(server, directory, options => options with
        {
            Webhooks = new() { Enabled = true, Address = IPAddress.Loopback, Port = 0, Certificate = new(Path.Combine(directory, "none")) },
        });
        IPEndPoint address = await manager.WebhooksAsync();
        Assert.That(await AnswerAsync(address, Wiki), Is.Null, "no policy admits everything");

        await server.ApplyAsync(Policy("entries: [{catalogId: dokuwiki, forbidden: [{versions: 1.2.5, note: loses uploads}]}]"));
        await UntilAsync(address, Wiki, "ChartVersionForbidden: spec.chart.version: version 1.2.5 is forbidden (loses uploads)");
        await UntilAsync(address, Wiki.Replace("{name: wiki, namespace: default}\nspec", "{name: wiki, namespace: default, annotations: {apps.vworkspace.io/override-forbidden: \"true\"}}\nspec", StringComparison.Ordinal), null);

        await server.ApplyAsync(Policy("entries: [{catalogId: dokuwiki, allowedVersions: \">=1.3.0 <2.0.0\"}]"));
        await UntilAsync(address, Wiki, "ChartVersionOutsideAllowedRange: spec.chart.version: version 1.2.5 is outside the allowed range >=1.3.0 <2.0.0");
        await UntilAsync(address, Wiki.Replace("1.2.5", "1.3.0", StringComparison.Ordinal), null);

        // What cannot be read changes nothing.
        await server.ApplyAsync(Policy("entries: 7"));
        await manager.RecordsUntilAsync(records => records.Any(r => (string?)r["msg"] == "catalog policy cannot be read" && (bool?)r["last_good_kept"] == true));
        await UntilAsync(address, Wiki, "ChartVersionOutsideAllowedRange: spec.chart.version: version 1.2.5 is outside the allowed range >=1.3.0 <2.0.0");

        await server.DeleteAsync("v1", "ConfigMap", "vworkspace-system", CatalogPolicy.ConfigMapName);
        await UntilAsync(address, Wiki, null);
        Directory.Delete(directory, recursive: true);
    }

    private static JsonObject Policy(string content) =>
        KubernetesYaml.ParseObject($"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {CatalogPolicy.ConfigMapName}, namespace: vworkspace-system}}\ndata:\n  {CatalogPolicy.Key}: |\n    version: 1\n    {content}\n");

    private static async Task UntilAsync(IPEndPoint address, string instance, string? refusal)
    {
        using var limit = new CancellationTokenSource(ManagerUnderTest.Patience);
        string? answer = null;
        while ((answer = await AnswerAsync(address, instance)) != refusal)
        {
            try
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"the answer is '{answer}' and not '{refusal}'");
            }
        }
    }

    private static async Task<string?> AnswerAsync(IPEndPoint address, string instance)
    {
        JsonObject answer = await WebhookCalls.ReviewAsync(address, InstanceWebhooks.ValidatePath, KubernetesYaml.ParseObject(instance));
        return (bool?)answer["allowed"] == true ? null : (string?)answer["status"]!["message"];
    }
}
