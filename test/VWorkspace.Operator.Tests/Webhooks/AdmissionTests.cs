using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using VWorkspace.Api;
using VWorkspace.Apps;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;
using VWorkspace.Kubernetes.InMemory;
using VWorkspace.Kubernetes.Yaml;
using VWorkspace.Operator.Hosting;
using VWorkspace.Operator.Settings;
using VWorkspace.Operator.Tests.Docs;
using VWorkspace.Operator.Tests.Hosting;

namespace VWorkspace.Operator.Tests.Webhooks;

/// <summary>The operator between an API server and its store, with the webhook configurations that people install.</summary>
public sealed partial class AdmissionTests
{
    private static readonly KubernetesResource<DynamicObject> Instances = DynamicObject.Resource(ApiResources.ApplicationInstances.Kind, "applicationinstances");

    private const string Good = """
        metadata: {name: wiki}
        spec:
          appRef: {catalogId: wiki}
          chart: {sourceType: oci, url: "oci://registry.example.com/charts", name: wiki, version: 1.2.3}
          release: {name: wiki, namespace: default}
          values: {source: inline, inline: {replicas: 2}}
          integrations: {certManager: {}}
        """;

    private static readonly string Bad = Good
        .Replace("version: 1.2.3", "version: latest", StringComparison.Ordinal)
        .Replace("oci://", "https://", StringComparison.Ordinal)
        .Replace("replicas: 2", "db: {password: canary}", StringComparison.Ordinal);

    private InMemoryApiServer _server = null!;
    private KubernetesClient _client = null!;
    private string _directory = "";
    private volatile IPEndPoint? _webhooks;

    [SetUp]
    public async Task Start()
    {
        _directory = Directory.CreateTempSubdirectory("admission-").FullName;
        _server = await InMemoryApiServer.StartAsync(new InMemoryApiServerOptions
        {
            ResolveWebhookService = (ns, name, port) => (ns, name, port) == ("vworkspace-system", "vworkspace-app-operator-webhook", 443) && _webhooks is { } address ? new Uri($"https://{address}") : null,
        });
        await _server.InstallCrdsAsync(RepositoryFiles.Path("crds"));
        string kubeconfig = Path.Combine(_directory, "own");
        await File.WriteAllTextAsync(kubeconfig, _server.Kubeconfig);
        _client = new(KubernetesClientConfiguration.FromKubeconfigFile(kubeconfig));
    }

    [TearDown]
    public async Task Stop()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Test]
    public async Task What_breaks_a_rule_is_refused_with_all_violations_and_without_webhooks_the_controller_says_the_same()
    {
        // Without configurations nobody is asked: the object is stored, and the controller reports what is wrong with it.
        Assert.That((await CreateAsync(Bad)).Error?.ToString(), Is.Null);
        await InstallAsync();
        await using OperatorUnderTest manager = await StartAsync(SelfSigned);
        _webhooks = await manager.WebhooksAsync();
        await InjectedAsync();
        string reported = await MessageUntilBlockedAsync("wiki");
        KubernetesError refused = (await CreateAsync(Bad.Replace("name: wiki}", "name: worse}", StringComparison.Ordinal))).Error!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Violations(refused.Message), Is.EquivalentTo(new[] { "FieldInvalid: spec.chart.url", "FieldInvalid: spec.chart.version", "InlineSecretMaterialRejected: spec.values.inline.db.password" }));
            Assert.That(Violations(reported), Is.EquivalentTo(Violations(refused.Message)));
            Assert.That(refused.Message + reported + manager.Log, Does.Not.Contain("canary"));
        }

        // It can go, although every change of it would be refused.
        Assert.That((await _client.DeleteAsync(Instances, new("default", "wiki"), new(), CancellationToken.None)).Error?.ToString(), Is.Null);
        await UntilAsync(async () => (await _client.GetAsync(Instances, new("default", "wiki"), CancellationToken.None)).Error is { IsNotFound: true }, "the object is gone");
        await manager.ScrapeUntilAsync($"controller_runtime_webhook_requests_total{{code=\"200\",webhook=\"{InstanceWebhooks.ValidatePath}\"}}");
    }

    [Test]
    public async Task What_is_not_said_is_filled_in_and_what_deserves_a_look_is_warned_of()
    {
        await InstallAsync();
        await using OperatorUnderTest manager = await StartAsync(SelfSigned);
        _webhooks = await manager.WebhooksAsync();
        await InjectedAsync();
        ApiResult<DynamicObject> stored = await CreateAsync(Good);
        Assert.That(stored.Error?.ToString(), Is.Null);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((string?)stored.Value.Json["spec"]!["mode"], Is.EqualTo("managed"));
            Assert.That((bool?)stored.Value.Json["spec"]!["integrations"]!["certManager"]!["enabled"], Is.False);
            Assert.That(stored.Warnings, Has.Some.Contains("NamespaceNotGated"));
        }
    }

    [Test]
    public async Task A_standby_answers_too_and_a_replica_that_stops_goes_on_answering_for_a_while()
    {
        await using OperatorUnderTest leader = await StartAsync(options => Elect(SelfSigned(options)));
        await leader.ScrapeUntilAsync("leader_election_master_status{name=\"dad03b25.vworkspace.io\"} 1");
        await using OperatorUnderTest standby = await StartAsync(options => Elect(SelfSigned(options)));
        string health = await standby.HealthAsync();
        await Http.UntilAsync(health, "/readyz", HttpStatusCode.OK);
        IPEndPoint address = await standby.WebhooksAsync();
        Assert.That((bool?)(await WebhookCalls.ReviewAsync(address, InstanceWebhooks.ValidatePath, KubernetesYaml.ParseObject(Bad)))["allowed"], Is.False);

        Task<int> stopping = standby.StopAsync();
        await Http.UntilAsync(health, "/readyz/shutdown", HttpStatusCode.ServiceUnavailable);
        Assert.That((bool?)(await WebhookCalls.ReviewAsync(address, InstanceWebhooks.ValidatePath, KubernetesYaml.ParseObject(Good)))["allowed"], Is.True);
        Assert.That(await stopping, Is.EqualTo(ExitCode.Success));
        Assert.That((long?)standby.Records.Single(line => (string?)line["msg"] == "shutdown finished")["duration_ms"], Is.GreaterThanOrEqualTo(5000));
    }

    [Test]
    public async Task While_no_operator_answers_changes_are_refused_and_a_deletion_comes_to_its_end()
    {
        Assert.That((await CreateAsync(Good.Replace("metadata: {name: wiki}", "metadata: {name: wiki, finalizers: [apps.vworkspace.io/finalizer]}", StringComparison.Ordinal))).Error?.ToString(), Is.Null);
        await InstallAsync();
        KubernetesError refused = (await PatchAsync("""{"spec":{"values":{"inline":{"replicas":3}}}}""")).Error!;
        Assert.That(refused.Code, Is.EqualTo(500));
        Assert.That(refused.Message, Does.Contain("failed calling webhook").And.Contain("applicationinstances.apps.vworkspace.io"));
        Assert.That((await PatchAsync("""{"metadata":{"finalizers":null}}""")).Error?.Code, Is.EqualTo(500), "nothing excuses an object that is not being deleted");
        Assert.That((await _client.DeleteAsync(Instances, new("default", "wiki"), new(), CancellationToken.None)).Error?.ToString(), Is.Null);
        Assert.That((await PatchAsync("""{"metadata":{"finalizers":null}}""")).Error?.ToString(), Is.Null);
        Assert.That((await _client.GetAsync(Instances, new("default", "wiki"), CancellationToken.None)).Error?.Code, Is.EqualTo(404));

        Task<ApiResult<DynamicObject>> PatchAsync(string patch) =>
            _client.PatchAsync(Instances, new("default", "wiki"), Patch.Merge(JsonNode.Parse(patch)!.AsObject()), new WriteOptions(), CancellationToken.None);
    }

    [Test]
    public async Task A_mounted_certificate_is_waited_for_and_a_new_one_is_taken_without_a_restart()
    {
        string certificates = Directory.CreateDirectory(Path.Combine(_directory, "certificates")).FullName;
        await using OperatorUnderTest manager = await StartAsync(options => options with
        {
            Runtime = options.Runtime with { RecheckInterval = TimeSpan.FromMilliseconds(100) },
            Webhooks = SelfSigned(options).Webhooks with { Certificate = new(certificates) },
        });
        string health = await manager.HealthAsync();
        _webhooks = await manager.WebhooksAsync();
        JsonObject waiting = await Http.UntilAsync(health, "/readyz/webhook", HttpStatusCode.ServiceUnavailable);
        Assert.That((string?)waiting["checks"]![0]!["reason"], Is.EqualTo("CertificateMissing"));

        for (int generation = 0; generation < 2; generation++)
        {
            using ServingCertificate certificate = ServingCertificate.CreateSelfSigned(["vworkspace-app-operator-webhook.vworkspace-system.svc"], TimeProvider.System);
            using ECDsa key = certificate.Certificate.GetECDsaPrivateKey()!;
            await File.WriteAllTextAsync(Path.Combine(certificates, "tls.key"), key.ExportPkcs8PrivateKeyPem());
            await File.WriteAllTextAsync(Path.Combine(certificates, "tls.crt"), certificate.Certificate.ExportCertificatePem());
            await InstallAsync(certificate.CertificateAuthorityPem);
            string refusal = "";
            await UntilAsync(async () => (refusal = (await CreateAsync(Good, dryRun: true)).Error?.ToString() ?? "").Length == 0, () => $"the API server trusts the certificate: {refusal}\n{manager.Log}");
            await Http.UntilAsync(health, "/readyz/webhook", HttpStatusCode.OK);
        }

        Assert.That(manager.Log, Does.Not.Contain("CA bundle injected"), "an authority from outside is nobody's to change");
    }

    private Task<OperatorUnderTest> StartAsync(Func<OperatorOptions, OperatorOptions> configure) => OperatorUnderTest.StartAsync(_server, _directory, configure);

    private OperatorOptions SelfSigned(OperatorOptions options) =>
        options with { Webhooks = new() { Enabled = true, Address = IPAddress.Loopback, Port = 0, Certificate = new(Path.Combine(_directory, "none")) } };

    private static OperatorOptions Elect(OperatorOptions options) => options with { LeaderElection = new() { Enabled = true, LeaseNamespace = "default" } };

    private Task<ApiResult<DynamicObject>> CreateAsync(string yaml, bool dryRun = false) =>
        _client.CreateAsync(Instances, "default", KubernetesYaml.ParseObject(yaml), new WriteOptions { DryRun = dryRun }, CancellationToken.None);

    private async Task InstallAsync(string? authority = null)
    {
        foreach (JsonObject configuration in KubernetesYaml.ParseObjects(RepositoryFiles.Text("deploy/webhooks/30-configurations.yaml")))
        {
            if (authority is not null) configuration["webhooks"]![0]!["clientConfig"]!["caBundle"] = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(authority));
            ApiResult<DynamicObject> applied = await _client.PatchAsync(
                Configurations((string)configuration["kind"]!), ObjectKey.ClusterScoped((string)configuration["metadata"]!["name"]!), Patch.Apply(configuration), new WriteOptions { FieldManager = "kubectl", FieldValidation = "Strict" }, CancellationToken.None);
            Assert.That(applied.Error?.ToString(), Is.Null);
        }
    }

    // A configuration without an authority refuses everything.
    private async Task InjectedAsync()
    {
        foreach (string kind in new[] { "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration" })
        {
            await UntilAsync(async () =>
            {
                DynamicObject configuration = (await _client.GetAsync(Configurations(kind), ObjectKey.ClusterScoped("vworkspace-app-operator-webhook"), CancellationToken.None)).Value;
                return configuration.Json["webhooks"]![0]!["clientConfig"]!["caBundle"] is not null;
            }, $"the authority is in the {kind}");
        }
    }

    private async Task<string> MessageUntilBlockedAsync(string name)
    {
        string message = "";
        await UntilAsync(async () =>
        {
            ApplicationInstance instance = (await _client.GetAsync(ApiResources.ApplicationInstances, new("default", name), CancellationToken.None)).Value;
            message = instance.Status.Conditions.FirstOrDefault(condition => condition is { Type: "Blocked", IsTrue: true, Reason: "ValidationFailed" })?.Message ?? "";
            return message.Length > 0;
        }, "it is blocked");
        return message;
    }

    private static Task UntilAsync(Func<Task<bool>> condition, string what) => UntilAsync(condition, () => what);

    private static async Task UntilAsync(Func<Task<bool>> condition, Func<string> what)
    {
        using var limit = new CancellationTokenSource(ManagerUnderTest.Patience);
        while (!await condition())
        {
            try
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"it never came true that {what()}");
            }
        }
    }

    private static string[] Violations(string text) => [.. Violation().Matches(text).Select(match => match.Value)];

    private static KubernetesResource<DynamicObject> Configurations(string kind) =>
        DynamicObject.Resource(new("admissionregistration.k8s.io", "v1", kind), kind.ToLowerInvariant() + "s", namespaced: false);

    [GeneratedRegex("(FieldInvalid|FieldRequired|InlineSecretMaterialRejected): spec[\\w.]+", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Violation();
}
