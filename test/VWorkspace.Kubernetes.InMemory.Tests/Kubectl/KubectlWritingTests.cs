namespace VWorkspace.Kubernetes.InMemory.Tests.Kubectl;

/// <summary>Commands that change something. What kubectl creates from flags it sends in protobuf.</summary>
[TestFixture]
public sealed class KubectlWritingTests : KubectlFixture
{
    private const string Web = """
        {apiVersion: apps/v1, kind: Deployment, metadata: {name: NAME, labels: {app: NAME}}, spec: {replicas: 1, selector: {matchLabels: {app: NAME}}, template: {metadata: {labels: {app: NAME}}, spec: {containers: [{name: nginx, image: 'nginx:1', ports: [{containerPort: 80}]}]}}}}
        """;

    [TestCase("create deployment typed --image=nginx:2 --replicas=3 --port=81", "deployment/typed", "{.spec.replicas} {.spec.template.spec.containers[0].image} {.spec.template.spec.containers[0].ports[0].containerPort} {.spec.strategy.rollingUpdate.maxSurge}", "3 nginx:2 81 25%")]
    [TestCase("create job typed --image=busybox -- date now", "job/typed", "{.spec.template.spec.containers[0].command} {.spec.template.spec.restartPolicy} {.spec.backoffLimit}", "[\"date\",\"now\"] Never 6")]
    [TestCase("create cronjob typed --image=busybox --schedule='*/5 * * * *'", "cronjob/typed", "{.spec.schedule} {.spec.concurrencyPolicy}", "*/5 * * * * Allow")]
    [TestCase("create service clusterip typed --tcp=80:8080", "service/typed", "{.spec.ports[0].name} {.spec.ports[0].targetPort} {.spec.type}", "80-8080 8080 ClusterIP")]
    [TestCase("create service externalname away --external-name=a.b", "service/away", "{.spec.externalName}", "a.b")]
    [TestCase("create configmap typed --from-literal=a=b", "configmap/typed", "{.data.a}", "b")]
    [TestCase("create secret generic typed --from-literal=password=secret1", "secret/typed", "{.type} {.data.password}", "Opaque c2VjcmV0MQ==")]
    [TestCase("create secret docker-registry pull --docker-server=x --docker-username=u --docker-password=p", "secret/pull", "{.type}", "kubernetes.io/dockerconfigjson")]
    [TestCase("create quota typed --hard=pods=3,cpu=1 --scopes=BestEffort", "quota/typed", "{.spec.hard.cpu} {.spec.hard.pods} {.spec.scopes[0]}", "1 3 BestEffort")]
    [TestCase("create poddisruptionbudget typed --selector=app=web --max-unavailable=20%", "pdb/typed", "{.spec.maxUnavailable} {.spec.selector.matchLabels.app}", "20% web")]
    [TestCase("create ingress typed --rule=foo.com/bar*=svc:8080,tls=cert --class=nginx --default-backend=d:http --annotation=x=y", "ingress/typed",
        "{.spec.ingressClassName} {.spec.rules[0].host} {.spec.rules[0].http.paths[0].path} {.spec.rules[0].http.paths[0].pathType} {.spec.rules[0].http.paths[0].backend.service.port.number} {.spec.tls[0].secretName} {.spec.defaultBackend.service.port.name} {.metadata.annotations.x}",
        "nginx foo.com /bar Prefix 8080 cert http y")]
    [TestCase("create role typed --verb=get,list --resource=pods,deployments.apps --resource-name=a", "role/typed", "{.rules[*].apiGroups} {.rules[*].resources} {.rules[0].verbs} {.rules[0].resourceNames}", "[\"\"] [\"apps\"] [\"pods\"] [\"deployments\"] [\"get\",\"list\"] [\"a\"]")]
    [TestCase("create clusterrole typed --aggregation-rule=a=b,c=d", "clusterrole/typed", "{.aggregationRule.clusterRoleSelectors[0].matchLabels}", "{\"a\":\"b\",\"c\":\"d\"}")]
    [TestCase("create rolebinding typed --role=r --serviceaccount=n:s --user=u --group=g", "rolebinding/typed", "{.roleRef.name} {.subjects[*].name} {.subjects[2].namespace}", "r u g s n")]
    [TestCase("create clusterrolebinding typed --clusterrole=cluster-admin --user=u", "clusterrolebinding/typed", "{.roleRef.kind} {.subjects[0].kind}", "ClusterRole User")]
    [TestCase("create serviceaccount typed", "serviceaccount/typed", "{.metadata.name}", "typed")]
    [TestCase("create priorityclass typed --value=-5 --description=low --preemption-policy=Never", "priorityclass/typed", "{.value} {.description} {.preemptionPolicy}", "-5 low Never")]
    [TestCase("create namespace typed", "namespace/typed", "{.status.phase}", "Active")]
    [TestCase("run typed --image=nginx --port=80 --env=A=B --labels=x=y", "pod/typed", "{.spec.containers[0].env[0].value} {.metadata.labels.x} {.status.phase}", "B y Pending")]
    public async Task Object_made_from_flags_is_what_the_flags_say(string command, string target, string path, string expected)
    {
        await RunAsync(command);
        Assert.That(await RunAsync($"get {target} -o 'jsonpath={path}'"), Is.EqualTo(expected));
    }

    [Test]
    public async Task Apply_creates_leaves_alone_and_configures()
    {
        var manifest = Deployment("applied");
        Assert.That(await RunAsync("apply -f -", manifest), Is.EqualTo("deployment.apps/applied created\n"));
        Assert.That(await RunAsync("apply -f -", manifest), Is.EqualTo("deployment.apps/applied unchanged\n"));

        var (code, difference, _) = await TryAsync("diff -f -", manifest.Replace("replicas: 1", "replicas: 2", StringComparison.Ordinal));
        Assert.That((code, difference), Is.EqualTo((1, difference)));
        Assert.That(difference, Does.Contain("-  replicas: 1").And.Contain("+  replicas: 2").And.Contain("+  generation: 2"));
        Assert.That((await TryAsync("diff -f -", manifest)).Code, Is.Zero, "a dry run changes nothing");

        Assert.That(await RunAsync("apply -f -", manifest.Replace("replicas: 1", "replicas: 2", StringComparison.Ordinal)), Is.EqualTo("deployment.apps/applied configured\n"));
        Assert.That(await RunAsync("apply view-last-applied deployment/applied"), Does.Contain("replicas: 2"));
    }

    [Test]
    public async Task Apply_on_the_server_tells_of_conflicts_and_is_forced_through()
    {
        Assert.That(await RunAsync("apply --server-side -f -", Deployment("ssa")), Is.EqualTo("deployment.apps/ssa serverside-applied\n"));
        var other = Deployment("ssa").Replace("replicas: 1", "replicas: 5", StringComparison.Ordinal);
        Assert.That(await FailAsync("apply --server-side --field-manager=other -f -", other), Does.Contain("conflict with \"kubectl\": .spec.replicas"));
        await RunAsync("apply --server-side --field-manager=other --force-conflicts -f -", other);
        Assert.That(await RunAsync("get deployment ssa -o jsonpath={.spec.replicas}"), Is.EqualTo("5"));
        Assert.That((await TryAsync("diff --server-side --field-manager=other --force-conflicts -f -", other)).Code, Is.Zero);
    }

    [Test]
    public async Task List_is_validated_and_applied()
    {
        const string list = "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: ConfigMap, metadata: {name: listed}, data: {a: b}}]}";
        Assert.That(await RunAsync("apply -f -", list), Is.EqualTo("configmap/listed created\n"));
        Assert.That(await FailAsync("apply -f -", list.Replace("data:", "dataa:", StringComparison.Ordinal)), Does.Contain("unknown field \"dataa\""));
    }

    [Test]
    public async Task Unknown_field_is_refused_by_the_server() =>
        Assert.That(await FailAsync("apply -f -", "{apiVersion: v1, kind: ConfigMap, metadata: {name: wrong}, dataa: {a: b}}"), Does.Contain("unknown field \"dataa\""));

    [TestCase("--type=strategic", """{"spec":{"template":{"spec":{"containers":[{"name":"nginx","image":"nginx:9"}]}}}}""")]
    [TestCase("--type=merge", """{"spec":{"template":{"spec":{"containers":[{"name":"nginx","image":"nginx:9"}]}}}}""")]
    [TestCase("--type=json", """[{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"nginx:9"}]""")]
    public async Task Patch_of_each_type_changes_the_image(string type, string patch)
    {
        var name = "patch" + type[7..];
        await RunAsync("apply -f -", Deployment(name));
        await RunAsync($"patch deployment {name} {type} -p '{patch}'");
        var ports = type == "--type=merge" ? "" : "80"; // A merge patch replaces the list of containers.
        Assert.That(await RunAsync($"get deployment {name} -o 'jsonpath={{.spec.template.spec.containers[0].image}} {{.spec.template.spec.containers[0].ports[0].containerPort}}'"), Is.EqualTo("nginx:9 " + ports));
    }

    [Test]
    public async Task Labels_and_annotations_come_and_go()
    {
        await RunAsync("create configmap marked");
        await RunAsync("label cm marked tier=one");
        Assert.That(await FailAsync("label cm marked tier=two"), Does.Contain("--overwrite"));
        await RunAsync("label cm marked tier=two --overwrite");
        await RunAsync("annotate cm marked note='a long one'");
        Assert.That(await RunAsync("get cm -l tier=two -o 'jsonpath={.items[*].metadata.annotations.note}'"), Is.EqualTo("a long one"));
        await RunAsync("label cm marked tier-");
        await RunAsync("annotate cm marked note-");
        Assert.That(await RunAsync("get cm marked -o 'jsonpath={.metadata.labels}{.metadata.annotations}'"), Is.Empty);
    }

    [Test]
    public async Task Workload_is_scaled_set_exposed_autoscaled_and_restarted()
    {
        await RunAsync("apply -f -", Deployment("worked"));
        await RunAsync("scale deployment worked --replicas=4 --current-replicas=1");
        await RunAsync("set image deployment/worked nginx=nginx:3");
        await RunAsync("set env deployment/worked A=B");
        await RunAsync("set resources deployment/worked --limits=cpu=1");
        await RunAsync("rollout restart deployment/worked");
        await RunAsync("rollout pause deployment/worked");
        await RunAsync("expose deployment worked --port=80 --target-port=http");
        await RunAsync("autoscale deployment worked --min=2 --max=6 --cpu-percent=70");
        Assert.That(await RunAsync("get deployment worked -o 'jsonpath={.spec.replicas} {.spec.paused} {.spec.template.spec.containers[0].image} {.spec.template.spec.containers[0].env[0].value} {.spec.template.spec.containers[0].resources.limits.cpu}'"), Is.EqualTo("4 true nginx:3 B 1"));
        Assert.That(await RunAsync("get service worked -o jsonpath={.spec.ports[0].targetPort}"), Is.EqualTo("http"));
        var rows = Lines(await RunAsync("get hpa worked"));
        Assert.That(string.Join(' ', Cells(rows[0])), Is.EqualTo("NAME REFERENCE TARGETS MINPODS MAXPODS REPLICAS AGE"));
        Assert.That(rows[1], Does.Match(@"^worked\s+Deployment/worked\s+cpu: <unknown>/70%\s+2\s+6\s+0\s"));
        Assert.That(await RunAsync("describe hpa worked"), Does.Contain("(as a percentage of request):  <unknown> / 70%"));
    }

    [Test]
    public async Task Object_is_edited_and_replaced()
    {
        if (OperatingSystem.IsWindows()) Assert.Ignore("the editor of this test is sed");
        await RunAsync("create configmap edited --from-literal=color=blue");
        var (code, output, error) = await TryAsync("edit cm edited", editor: "sed -i s/blue/green/");
        Assert.That((code, output), Is.EqualTo((0, "configmap/edited edited\n")), error);
        Assert.That(await RunAsync("get cm edited -o jsonpath={.data.color}"), Is.EqualTo("green"));
        await RunAsync("replace --force -f -", "{apiVersion: v1, kind: ConfigMap, metadata: {name: edited}, data: {color: red}}");
        Assert.That(await RunAsync("get cm edited -o jsonpath={.data.color}"), Is.EqualTo("red"));
    }

    [Test]
    public async Task Directory_is_applied_with_kustomize_and_pruned()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder, "overlay")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "kustomization.yaml"), "namePrefix: pre-\nlabels: [{pairs: {set: k}}]\nresources: [a.yaml]\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "a.yaml"), "{apiVersion: v1, kind: ConfigMap, metadata: {name: one}}\n---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: two}}\n");
        Assert.That(await RunAsync("apply -k overlay"), Is.EqualTo("configmap/pre-one created\nconfigmap/pre-two created\n"));
        await File.WriteAllTextAsync(Path.Combine(folder, "a.yaml"), "{apiVersion: v1, kind: ConfigMap, metadata: {name: one}}\n");
        Assert.That(await RunAsync("apply -k overlay --prune -l set=k --prune-allowlist=core/v1/ConfigMap"), Does.Contain("configmap/pre-two pruned"));
    }

    [Test]
    public async Task Token_of_an_account_is_accepted()
    {
        await RunAsync("create serviceaccount robot");
        var token = (await RunAsync("create token robot --duration=10m")).Trim();
        Assert.That(await RunAsync($"auth whoami --token={token} -o jsonpath={{.status.userInfo.username}}"), Is.EqualTo("system:serviceaccount:default:robot"));
    }

    [Test]
    public async Task Node_is_cordoned_tainted_and_drained()
    {
        await RunAsync("create -f -", "{apiVersion: v1, kind: Node, metadata: {name: machine}}");
        await RunAsync("run drained --image=nginx");
        await RunAsync("patch pod drained --type=merge --subresource=status -p '{\"status\":{\"phase\":\"Succeeded\"}}'");
        await RunAsync("create --raw /api/v1/namespaces/default/pods/drained/binding -f -", """{"apiVersion":"v1","kind":"Binding","metadata":{"name":"drained"},"target":{"kind":"Node","name":"machine"}}""");
        await RunAsync("taint nodes machine dedicated=x:NoExecute");
        Assert.That(await RunAsync("drain machine --force --timeout=30s"), Does.Contain("pod/drained evicted").And.Contain("node/machine drained"));
        Assert.That(Cells(Lines(await RunAsync("get node machine"))[1])[1], Does.EndWith("SchedulingDisabled"));
        await RunAsync("uncordon machine");
        Assert.That(await RunAsync("get node machine -o jsonpath={.spec}"), Does.Contain("dedicated").And.Contain("node.kubernetes.io/not-ready").And.Not.Contain("unschedulable"));
    }

    [Test]
    public async Task Pod_is_debugged()
    {
        await RunAsync("run debugged --image=nginx");
        await RunAsync("debug debugged --image=busybox --profile=general -c tool");
        Assert.That(await RunAsync("get pod debugged -o jsonpath={.spec.ephemeralContainers[0].image}"), Is.EqualTo("busybox"));
    }

    private static string Deployment(string name) => Web.Replace("NAME", name, StringComparison.Ordinal);
}
