using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using VWorkspace.Api;
using VWorkspace.Apps;
using VWorkspace.Kubernetes;
using VWorkspace.Kubernetes.InMemory;
using VWorkspace.Kubernetes.Yaml;
using VWorkspace.Operator.Tests.Docs;
using VWorkspace.Operator.Tests.Hosting;
using VWorkspace.Operator.Tests.Webhooks;

namespace VWorkspace.Operator.Tests.Metrics;

/// <summary>Names, types, labels and buckets of the series are an interface: dashboards and alerts are built on them.</summary>
public sealed partial class ScrapeContractTests
{
    private const string Default = "0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 10 +Inf";
    private const string Long = "0.005 0.01 0.025 0.05 0.1 0.15 0.2 0.25 0.3 0.35 0.4 0.45 0.5 0.6 0.7 0.8 0.9 1 1.25 1.5 1.75 2 2.5 3 3.5 4 4.5 5 6 7 8 9 10 15 20 25 30 40 50 60 +Inf";

    private const string Queue = "1e-08 1e-07 1e-06 9.999999999999999e-06 9.999999999999999e-05 0.001 0.01 0.1 1 10 100 1000 +Inf";

    private static readonly (string Name, string Type, string Labels, string Buckets)[] Contract =
    [
        ("vworkspace_operator_reconcile_total", "counter", "controller result", ""),
        ("vworkspace_operator_reconcile_duration_seconds", "histogram", "controller", Default),
        ("vworkspace_operator_managed_namespaces", "gauge", "", ""),
        ("vworkspace_operator_applicationinstances", "gauge", "ready", ""),
        ("vworkspace_operator_build_info", "gauge", "channel commit runtime version", ""),
        ("leader_election_master_status", "gauge", "name", ""),
        ("rest_client_requests_total", "counter", "code host method", ""),
        ("rest_client_request_duration_seconds", "histogram", "host verb", Long),
        ("certwatcher_read_certificate_total", "counter", "", ""),
        ("certwatcher_read_certificate_errors_total", "counter", "", ""),
        ("controller_runtime_reconcile_total", "counter", "controller result", ""),
        ("controller_runtime_reconcile_errors_total", "counter", "controller", ""),
        ("controller_runtime_terminal_reconcile_errors_total", "counter", "controller", ""),
        ("controller_runtime_reconcile_panics_total", "counter", "controller", ""),
        ("controller_runtime_reconcile_timeouts_total", "counter", "controller", ""),
        ("controller_runtime_reconcile_time_seconds", "histogram", "controller", Long),
        ("controller_runtime_max_concurrent_reconciles", "gauge", "controller", ""),
        ("controller_runtime_active_workers", "gauge", "controller", ""),
        ("workqueue_depth", "gauge", "controller name", ""),
        ("workqueue_adds_total", "counter", "controller name", ""),
        ("workqueue_queue_duration_seconds", "histogram", "controller name", Queue),
        ("workqueue_work_duration_seconds", "histogram", "controller name", Queue),
        ("workqueue_unfinished_work_seconds", "gauge", "controller name", ""),
        ("workqueue_longest_running_processor_seconds", "gauge", "controller name", ""),
        ("workqueue_retries_total", "counter", "controller name", ""),
        ("vworkspace_operator_condition_transitions_total", "counter", "kind reason status type", ""),
        ("vworkspace_operator_webhook_certificate_expiry_timestamp_seconds", "gauge", "", ""),
        ("controller_runtime_webhook_requests_total", "counter", "code webhook", ""),
        ("controller_runtime_webhook_requests_in_flight", "gauge", "webhook", ""),
        ("controller_runtime_webhook_latency_seconds", "histogram", "code webhook", Default),
        ("controller_runtime_webhook_panics_total", "counter", "", ""),
        ("controller_runtime_conversion_webhook_panics_total", "counter", "", ""),
        ("process_cpu_seconds_total", "counter", "", ""),
        ("process_resident_memory_bytes", "gauge", "", ""),
        ("process_virtual_memory_bytes", "gauge", "", ""),
        ("process_start_time_seconds", "gauge", "", ""),
        ("process_open_fds", "gauge", "", ""),
        ("process_max_fds", "gauge", "", ""),
    ];

    private string _directory = "";
    private string _scrape = "";
    private string _working = "";

    [OneTimeSetUp]
    public async Task Scrape()
    {
        _directory = Directory.CreateTempSubdirectory("scrape-").FullName;
        await using InMemoryApiServer server = await InMemoryApiServer.StartAsync();
        await server.InstallCrdsAsync(RepositoryFiles.Path("crds"));
        string kubeconfig = Path.Combine(_directory, "kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, server.Kubeconfig);
        await using (var client = new KubernetesClient(KubernetesClientConfiguration.FromKubeconfigFile(kubeconfig)))
        {
            await LabelledNamespaceAsync(client, "org-a", ("app.vworkspace.io/managed-by", "vworkspace"));
            await LabelledNamespaceAsync(client, "org-b", ("managed-by", "vworkspace"));
            await LabelledNamespaceAsync(client, "other", ("managed-by", "somebody"));
        }
        await using OperatorUnderTest manager = await OperatorUnderTest.StartAsync(server, _directory, options => options with { Channel = "edge", Webhooks = new() { Enabled = true, Port = 0, Address = IPAddress.Loopback, Certificate = new(Path.Combine(_directory, "none")) }, LeaderElection = new() { Enabled = true, LeaseNamespace = "default" } });
        await manager.ScrapeUntilAsync("leader_election_master_status{name=\"dad03b25.vworkspace.io\"} 1");
        _scrape = await manager.ScrapeUntilAsync("vworkspace_operator_managed_namespaces 2");
        await using (var client = new KubernetesClient(KubernetesClientConfiguration.FromKubeconfigFile(kubeconfig)))
        {
            JsonObject instance = KubernetesYaml.ParseObject("metadata: {name: wiki}\nspec: {appRef: {catalogId: wiki}}");
            Assert.That((await client.CreateAsync(ApiResources.ApplicationInstances, "org-b", instance, new WriteOptions(), CancellationToken.None)).Error?.ToString(), Is.Null);
        }
        await WebhookCalls.ReviewAsync(await manager.WebhooksAsync(), InstanceWebhooks.ValidatePath, new JsonObject());
        _working = await manager.ScrapeUntilAsync(Worked());
    }

    [OneTimeTearDown]
    public void Remove() => Directory.Delete(_directory, recursive: true);

    [TestCaseSource(nameof(Contract))]
    public void A_family_has_its_type_labels_and_buckets((string Name, string Type, string Labels, string Buckets) family)
    {
        Assert.That(_working, Does.Contain($"# TYPE {family.Name} {family.Type}\n"));
        string series = family.Type == "histogram" ? family.Name + "_bucket" : family.Name;
        string[][] labels = [.. _working.Split('\n').Where(line => line.StartsWith(series + "{", StringComparison.Ordinal) || line.StartsWith(series + " ", StringComparison.Ordinal))
            .Select(line => Label().Matches(line).Select(match => match.Groups["name"].Value).Where(name => name != "le").Order(StringComparer.Ordinal).ToArray())];
        Assert.That(labels, Is.Not.Empty);
        Assert.That(labels.Select(names => string.Join(' ', names)), Has.All.EqualTo(family.Labels));
        if (family.Type != "histogram") return;
        IEnumerable<string> bounds = Bound().Matches(string.Join('\n', _working.Split('\n').Where(line => line.StartsWith(series, StringComparison.Ordinal)))).Select(match => match.Groups["bound"].Value).Distinct(StringComparer.Ordinal);
        Assert.That(string.Join(' ', bounds), Is.EqualTo(family.Buckets));
    }

    [Test]
    public void Series_of_reconciles_exist_before_the_first_one()
    {
        foreach (string controller in new[] { "applicationinstance", "operation", "cluster" })
        {
            foreach (string result in new[] { "success", "requeue", "error" })
                Assert.That(_scrape, Does.Contain($"vworkspace_operator_reconcile_total{{controller=\"{controller}\",result=\"{result}\"}} 0\n"));
            Assert.That(_scrape, Does.Contain($"vworkspace_operator_reconcile_duration_seconds_count{{controller=\"{controller}\"}} 0\n"));
        }
    }

    [Test]
    public void No_family_is_described_twice() => Assert.That(_working.Split('\n').Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)), Is.Unique);

    [Test]
    public void No_label_carries_a_namespace_or_a_name_of_an_object() => Assert.That(_working, Does.Not.Contain("org-b").And.Not.Contain("namespace="));

    private static async Task LabelledNamespaceAsync(KubernetesClient client, string name, (string Key, string Value) label)
    {
        KubernetesResource<PartialObject> namespaces = PartialObject.Resource(new("", "v1", "Namespace"), "namespaces", namespaced: false);
        var body = new JsonObject { ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { [label.Key] = label.Value } } };
        Assert.That((await client.CreateAsync(namespaces, null, body, new WriteOptions(), CancellationToken.None)).Error, Is.Null);
    }

    [GeneratedRegex("vworkspace_operator_condition_transitions_total[^\n]* [1-9][\\s\\S]*workqueue_work_duration_seconds_count[^\n]* [1-9]", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Worked();

    [GeneratedRegex("(?<name>[a-z_]+)=\"", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Label();

    [GeneratedRegex("le=\"(?<bound>[^\"]+)\"", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Bound();
}
