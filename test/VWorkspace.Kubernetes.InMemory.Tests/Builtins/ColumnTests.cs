using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Tests.Builtins;

/// <summary>What <c>kubectl get</c> prints of built-in kinds: the headers and one row, columns of wide output after a bar.</summary>
[TestFixture]
public sealed class ColumnTests
{
    private InMemoryApiServer _server = null!;
    private TestClient _client = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _server = await InMemoryApiServer.StartAsync();
        _client = new TestClient(_server);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [TestCaseSource(nameof(Rows))]
    public async Task Kind_has_the_columns_and_cells_of_the_real_server(string path, string obj, string? status, string headers, string cells)
    {
        var name = (string)JsonNode.Parse(obj)!["metadata"]!["name"]!;
        var (code, created) = await _client.JsonAsync("POST", path, obj);
        Assert.That(code, Is.EqualTo(201), created.ToJsonString());
        if (status is not null)
        {
            var (patched, answer) = await _client.JsonAsync("PATCH", $"{path}/{name}/status", $$"""{"status":{{status}}}""", "application/merge-patch+json");
            Assert.That(patched, Is.EqualTo(200), answer.ToJsonString());
        }

        using var response = await _client.SendAsync("GET", $"{path}/{name}", headers: [new("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io")]);
        var table = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        var columns = table["columnDefinitions"]!.AsArray();
        Assert.That(Line(columns, columns.Select(c => (string)c!["name"]!)), Is.EqualTo(headers));
        Assert.That(Line(columns, table["rows"]![0]!["cells"]!.AsArray().Select((c, i) => (string)columns[i]!["name"]! is "Age" or "Created At" or "Last Seen" or "First Seen" ? "*" : c!.ToString())), Is.EqualTo(cells));
    }

    private static IEnumerable<TestCaseData> Rows()
    {
        const string template = """{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i:1"}]}}""";
        const string selector = """{"matchLabels":{"a":"b"},"matchExpressions":[{"key":"t","operator":"In","values":["x","y"]}]}""";
        yield return Row("hpa", "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers",
            """{"metadata":{"name":"h"},"spec":{"scaleTargetRef":{"kind":"Deployment","name":"web"},"maxReplicas":4,"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":60}}},{"type":"Pods","pods":{"metric":{"name":"rps"},"target":{"type":"AverageValue","averageValue":"10"}}},{"type":"External","external":{"metric":{"name":"q"},"target":{"type":"Value","value":"3"}}}]}}""",
            """{"currentReplicas":2,"desiredReplicas":2,"currentMetrics":[{"type":"Resource","resource":{"name":"cpu","current":{"averageUtilization":41}}}]}""",
            "Name Reference Targets MinPods MaxPods Replicas Age", "h Deployment/web cpu:·41%/60%,·<unknown>/10·+·1·more... 1 4 2 *");
        yield return Row("pdb", "/apis/policy/v1/namespaces/default/poddisruptionbudgets", """{"metadata":{"name":"p"},"spec":{"minAvailable":"50%","selector":{"matchLabels":{"a":"b"}}}}""", """{"disruptionsAllowed":1,"currentHealthy":2,"desiredHealthy":1,"expectedPods":2}""",
            "Name Min·Available Max·Unavailable Allowed·Disruptions Age", "p 50% N/A 1 *");
        yield return Row("quota", "/api/v1/namespaces/default/resourcequotas", """{"metadata":{"name":"q"},"spec":{"hard":{"pods":"3"}}}""", """{"hard":{"pods":"3","limits.cpu":"2","cpu":"1"},"used":{"pods":"1"}}""",
            "Name Request Limit Age", "q cpu:·0/1,·pods:·1/3 limits.cpu:·0/2 *");
        yield return Row("node", "/api/v1/nodes", """{"metadata":{"name":"n","labels":{"node-role.kubernetes.io/control-plane":""}},"spec":{"unschedulable":true}}""",
            """{"conditions":[{"type":"Ready","status":"True"}],"addresses":[{"type":"InternalIP","address":"10.0.0.1"}],"nodeInfo":{"kubeletVersion":"v1.36.2","osImage":"Debian","kernelVersion":"6.1","containerRuntimeVersion":"containerd://2","machineID":"","systemUUID":"","bootID":"","kubeProxyVersion":"","operatingSystem":"linux","architecture":"amd64"}}""",
            "Name Status Roles Age Version | Internal-IP External-IP OS-Image Kernel-Version Container-Runtime", "n Ready,SchedulingDisabled control-plane * v1.36.2 | 10.0.0.1 <none> Debian 6.1 containerd://2");
        yield return Row("rs", "/apis/apps/v1/namespaces/default/replicasets", $$$"""{"metadata":{"name":"r"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{{{template}}}}}""", """{"replicas":1,"readyReplicas":1}""",
            "Name Desired Current Ready Age | Containers Images Selector", "r 1 1 1 * | c i:1 a=b");
        yield return Row("ds", "/apis/apps/v1/namespaces/default/daemonsets", $$$"""{"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{{{template}}}}}""", null,
            "Name Desired Current Ready Up-to-date Available Node·Selector Age | Containers Images Selector", "d 0 0 0 0 0 <none> * | c i:1 a=b");
        yield return Row("cronjob", "/apis/batch/v1/namespaces/default/cronjobs", """{"metadata":{"name":"c"},"spec":{"schedule":"* * * * *","jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i:1"}]}}}}}}""", null,
            "Name Schedule Timezone Suspend Active Last·Schedule Age | Containers Images Selector", "c *·*·*·*·* <none> False 0 <none> * | c i:1 <none>");
        yield return Row("netpol", "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies", $$$"""{"metadata":{"name":"n"},"spec":{"podSelector":{{{selector}}}}}""", null, "Name Pod-Selector Age", "n a=b,t·in·(x,y) *");
        yield return Row("ingressclass", "/apis/networking.k8s.io/v1/ingressclasses", """{"metadata":{"name":"i"},"spec":{"controller":"x.y/z","parameters":{"apiGroup":"x.y","kind":"P","name":"p"}}}""", null, "Name Controller Parameters Age", "i x.y/z P.x.y/p *");
        yield return Row("endpointslice", "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", """{"metadata":{"name":"e"},"addressType":"IPv4","endpoints":[{"addresses":["1.1.1.1"]},{"addresses":["1.1.1.2"]},{"addresses":["1.1.1.3"]},{"addresses":["1.1.1.4"]}],"ports":[{"port":80}]}""", null,
            "Name AddressType Ports Endpoints Age", "e IPv4 80 1.1.1.1,1.1.1.2,1.1.1.3·+·1·more... *");
        yield return Row("pv", "/api/v1/persistentvolumes", """{"metadata":{"name":"v"},"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],"hostPath":{"path":"/x"},"storageClassName":"fast","claimRef":{"namespace":"default","name":"c"}}}""", null,
            "Name Capacity Access·Modes Reclaim·Policy Status Claim StorageClass VolumeAttributesClass Reason Age | VolumeMode", "v 1Gi RWO Retain Pending default/c fast <unset>  * | Filesystem");
        yield return Row("storageclass", "/apis/storage.k8s.io/v1/storageclasses", """{"metadata":{"name":"s","annotations":{"storageclass.kubernetes.io/is-default-class":"true"}},"provisioner":"x/y"}""", null,
            "Name Provisioner ReclaimPolicy VolumeBindingMode AllowVolumeExpansion Age", "s·(default) x/y Delete Immediate false *");
        yield return Row("csidriver", "/apis/storage.k8s.io/v1/csidrivers", """{"metadata":{"name":"c"},"spec":{}}""", null, "Name AttachRequired PodInfoOnMount StorageCapacity TokenRequests RequiresRepublish Modes Age", "c true false false <unset> false Persistent *");
        yield return Row("csinode", "/apis/storage.k8s.io/v1/csinodes", """{"metadata":{"name":"c"},"spec":{"drivers":[{"name":"d","nodeID":"n","topologyKeys":null}]}}""", null, "Name Drivers Age", "c 1 *");
        yield return Row("runtimeclass", "/apis/node.k8s.io/v1/runtimeclasses", """{"metadata":{"name":"r"},"handler":"gvisor"}""", null, "Name Handler Age", "r gvisor *");
        yield return Row("priorityclass", "/apis/scheduling.k8s.io/v1/priorityclasses", """{"metadata":{"name":"p"},"value":7}""", null, "Name Value Global-Default Age PreemptionPolicy", "p 7 false * PreemptLowerPriority");
        yield return Row("rolebinding", "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings",
            """{"metadata":{"name":"b"},"roleRef":{"kind":"Role","name":"r"},"subjects":[{"kind":"User","name":"u"},{"kind":"ServiceAccount","name":"s","namespace":"n"},{"kind":"User","name":"w"}]}""", null,
            "Name Role Age | Users Groups ServiceAccounts", "b Role/r * | u,·w  n/s");
        yield return Row("crashing pod", "/api/v1/namespaces/default/pods", """{"metadata":{"name":"crash"},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"},{"name":"d","image":"i"}]}}""",
            """{"phase":"Running","podIP":"10.1.1.1","containerStatuses":[{"name":"c","image":"i","imageID":"","ready":false,"restartCount":3,"state":{"waiting":{"reason":"CrashLoopBackOff"}}},{"name":"d","image":"i","imageID":"","ready":true,"restartCount":0,"state":{"running":{}}}]}""",
            "Name Ready Status Restarts Age | IP Node Nominated·Node Readiness·Gates", "crash 1/2 CrashLoopBackOff 3 * | 10.1.1.1 n <none> <none>");
        yield return Row("initializing pod", "/api/v1/namespaces/default/pods", """{"metadata":{"name":"init"},"spec":{"initContainers":[{"name":"a","image":"i"},{"name":"b","image":"i"}],"containers":[{"name":"c","image":"i"}]}}""",
            """{"phase":"Pending","initContainerStatuses":[{"name":"a","image":"i","imageID":"","ready":true,"restartCount":0,"state":{"terminated":{"exitCode":0}}},{"name":"b","image":"i","imageID":"","ready":false,"restartCount":0,"state":{"running":{}}}]}""",
            "Name Ready Status Restarts Age | IP Node Nominated·Node Readiness·Gates", "init 0/1 Init:1/2 0 * | <none> <none> <none> <none>");
        yield return Row("ended pod", "/api/v1/namespaces/default/pods", """{"metadata":{"name":"end"},"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}""",
            """{"phase":"Failed","containerStatuses":[{"name":"c","image":"i","imageID":"","ready":false,"restartCount":0,"state":{"terminated":{"exitCode":137}}}]}""",
            "Name Ready Status Restarts Age | IP Node Nominated·Node Readiness·Gates", "end 0/1 ExitCode:137 0 * | <none> <none> <none> <none>");
        yield return Row("event", "/api/v1/namespaces/default/events", """{"metadata":{"name":"e"},"involvedObject":{"kind":"Pod","name":"p","namespace":"default","fieldPath":"spec.containers{c}"},"reason":"R","message":"m","type":"Normal","count":4,"source":{"component":"kubelet","host":"n"},"lastTimestamp":"2026-01-01T00:00:00Z"}""", null,
            "Last·Seen Type Reason Object Message | Subobject Source First·Seen Count Name", "* Normal R pod/p m | spec.containers{c} kubelet,·n * 4 e");
        yield return Row("apiservice", "/apis/apiregistration.k8s.io/v1/apiservices", """{"metadata":{"name":"v1.foo.io"},"spec":{"group":"foo.io","version":"v1","groupPriorityMinimum":1,"versionPriority":1,"service":{"namespace":"a","name":"b"}}}""",
            """{"conditions":[{"type":"Available","status":"False","reason":"MissingEndpoints"}]}""", "Name Service Available Age", "v1.foo.io a/b False·(MissingEndpoints) *");
    }

    private static TestCaseData Row(string what, string path, string obj, string? status, string headers, string cells) => new TestCaseData(path, obj, status, headers, cells).SetArgDisplayNames(what);

    /// <summary>Always shown columns, then those of wide output; a space inside a cell is a dot, so that it is told from the space between cells.</summary>
    private static string Line(JsonArray columns, IEnumerable<string> texts)
    {
        var all = texts.Select((text, i) => (Text: text.Replace(' ', '·'), Wide: (int)columns[i]!["priority"]! > 0)).ToList();
        var wide = all.Where(c => c.Wide).Select(c => c.Text).ToList();
        return string.Join(' ', all.Where(c => !c.Wide).Select(c => c.Text).Concat(wide.Count > 0 ? ["|", .. wide] : []));
    }
}
