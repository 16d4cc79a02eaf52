namespace VWorkspace.Kubernetes.InMemory.Tests.Kubectl;

/// <summary>Commands that look.</summary>
[TestFixture]
public sealed partial class KubectlReadingTests : KubectlFixture
{
    private const string Objects = """
        {apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: default, labels: {app: web}}, spec: {replicas: 2, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: nginx, image: 'nginx:1'}]}}}}
        ---
        {apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: default}, data: {color: blue}}
        ---
        {apiVersion: v1, kind: Pod, metadata: {name: pod, namespace: default}, spec: {containers: [{name: nginx, image: 'nginx:1'}]}}
        """;

    private const string Happened = """
        {apiVersion: v1, kind: Event, metadata: {name: happened, namespace: default}, involvedObject: {kind: Deployment, name: web, namespace: default, apiVersion: apps/v1, uid: UID}, reason: Scaled, message: it grew, type: Normal, count: 2, firstTimestamp: '2026-01-01T00:00:00Z', lastTimestamp: '2026-01-01T00:00:00Z'}
        """;

    [OneTimeSetUp]
    public async Task FillAsync()
    {
        await Server.ApplyYamlAsync(Objects);
        var uid = (string)Server.Get("apps/v1", "Deployment", "default", "web")["metadata"]!["uid"]!;
        await Server.ApplyYamlAsync(Happened.Replace("UID", uid, StringComparison.Ordinal));
    }

    [TestCase("get deployments", "NAME READY UP-TO-DATE AVAILABLE AGE", "web 0/2 0 0 <age>")]
    [TestCase("get deployment web -o wide", "NAME READY UP-TO-DATE AVAILABLE AGE CONTAINERS IMAGES SELECTOR", "web 0/2 0 0 <age> nginx nginx:1 app=web")]
    [TestCase("get deployments --show-labels -L app", "NAME READY UP-TO-DATE AVAILABLE AGE APP LABELS", "web 0/2 0 0 <age> web app=web")]
    [TestCase("get deployments -A", "NAMESPACE NAME READY UP-TO-DATE AVAILABLE AGE", "default web 0/2 0 0 <age>")]
    [TestCase("get deployments -o custom-columns=N:.metadata.name,R:.spec.replicas", "N R", "web 2")]
    [TestCase("get events", "LAST SEEN TYPE REASON OBJECT MESSAGE", "<age> Normal Scaled deployment/web it grew")]
    [TestCase("get events --field-selector involvedObject.name=web", "LAST SEEN TYPE REASON OBJECT MESSAGE", "<age> Normal Scaled deployment/web it grew")]
    [TestCase("events --for deployment/web", "LAST SEEN TYPE REASON OBJECT MESSAGE", "<age> Normal Scaled Deployment/web it grew")]
    public async Task Table_has_these_headers_and_this_row(string arguments, string headers, string row)
    {
        var lines = Lines(await RunAsync(arguments));
        Assert.That(string.Join(' ', Cells(lines[0])), Is.EqualTo(headers));
        Assert.That(Age().Replace(string.Join(' ', Cells(lines[1])), "<age>"), Is.EqualTo(row));
    }

    [TestCase("get deployment web -o jsonpath={.spec.template.spec.containers[*].image}", "nginx:1")]
    [TestCase("get cm settings -o 'go-template={{.data.color}}'", "blue")]
    [TestCase("get deployments,configmaps -o name", "deployment.apps/web\nconfigmap/settings\n")]
    [TestCase("auth can-i create deployments", "yes\n")]
    [TestCase("get --raw /readyz", "ok")]
    public async Task Output_is(string arguments, string expected) => Assert.That(await RunAsync(arguments), Is.EqualTo(expected));

    [TestCase("get cm settings -o yaml", "apiVersion: v1\ndata:\n  color: blue\nkind: ConfigMap\nmetadata:\n")]
    [TestCase("get deployment web -o yaml --show-managed-fields", "f:replicas: {}")]
    [TestCase("describe deployment web", "Replicas:               2 desired | 0 updated | 0 total | 0 available | 0 unavailable")]
    [TestCase("describe deployment web", "Scaled")]
    [TestCase("describe cm settings", "color:\n----\nblue\n")]
    [TestCase("explain deployment.spec.strategy", "rollingUpdate\t<RollingUpdateDeployment>")]
    [TestCase("explain horizontalpodautoscaler.spec --recursive", "averageUtilization\t<integer>")]
    [TestCase("explain hpa.spec --api-version=autoscaling/v1", "targetCPUUtilizationPercentage\t<integer>")]
    [TestCase("explain subjectaccessreview.spec", "resourceAttributes\t<ResourceAttributes>")]
    [TestCase("api-resources --api-group=autoscaling", "horizontalpodautoscalers   hpa          autoscaling/v2   true         HorizontalPodAutoscaler")]
    [TestCase("api-versions", "\nautoscaling/v1\nautoscaling/v2\nbatch/v1\n")]
    [TestCase("auth can-i --list", "*.*")]
    [TestCase("auth whoami", "system:masters")]
    [TestCase("cluster-info", "is running at")]
    [TestCase("version", "Server Version: v1.36")]
    public async Task Output_contains(string arguments, string expected) => Assert.That(await RunAsync(arguments), Does.Contain(expected));

    [TestCase("auth can-i create deployments --as=bob --as-group=one --as-group=two", "")]
    [TestCase("top pods", "Metrics API not available")]
    [TestCase("exec pod -- ls", "pod pod does not have a host assigned")]
    [TestCase("logs pod -c nosuch", "container nosuch is not valid for pod pod")]
    [TestCase("get nosuch", "the server doesn't have a resource type \"nosuch\"")]
    [TestCase("get cm nosuch", "configmaps \"nosuch\" not found")]
    [TestCase("cordon nosuch", "nodes \"nosuch\" not found")]
    public async Task Failure_says(string arguments, string expected) => Assert.That(await FailAsync(arguments), Does.Contain(expected));

    [Test]
    public async Task Log_of_a_pod_that_is_nowhere_is_empty() => Assert.That(await RunAsync("logs pod"), Is.Empty);

    [Test]
    public async Task Every_kind_that_is_served_can_be_listed_explained_and_described()
    {
        foreach (var resource in Lines(await RunAsync("api-resources --verbs=list -o name")))
        {
            await RunAsync($"get {resource} -A -o wide");
            // kubectl takes the first word of this one for the core kind.
            if (resource != "events.events.k8s.io") Assert.That(await RunAsync($"explain {resource}"), Does.Contain("FIELDS:").Or.Contain("DESCRIPTION:"), resource);
        }

        foreach (var resource in (string[])["deployment/web", "pod/pod", "clusterrole/cluster-admin", "clusterrolebinding/cluster-admin", "namespace/default", "event/happened"])
            Assert.That(await RunAsync($"describe {resource}"), Does.Contain(resource.Split('/')[1]), resource);
    }

    [System.Text.RegularExpressions.GeneratedRegex(@"\b([0-9]+[ydhms])+( \(x[0-9]+ over [0-9ydhms]+\)|\b)", System.Text.RegularExpressions.RegexOptions.NonBacktracking | System.Text.RegularExpressions.RegexOptions.ExplicitCapture)]
    private static partial System.Text.RegularExpressions.Regex Age();
}
