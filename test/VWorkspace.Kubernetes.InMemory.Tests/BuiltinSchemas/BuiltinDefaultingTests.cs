using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Builtins.Schemas;
using VWorkspace.Kubernetes.InMemory.Tests.ManagedFields;

namespace VWorkspace.Kubernetes.InMemory.Tests.BuiltinKinds;

/// <summary>Defaults that depend on other fields, and the form in which objects are stored.</summary>
internal sealed class BuiltinDefaultingTests
{
    private static string PodSpec(string probe = "", string more = "", string host = "", string account = "", string volumes = "") =>
        """{"containers":[{"image":"i:1","imagePullPolicy":"IfNotPresent",""" + probe.Trim() + """ "name":"c",""".Trim() + more.Trim()
        + """ "terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File"}],"dnsPolicy":"ClusterFirst","enableServiceLinks":true,""".Trim() + host.Trim()
        + """ "restartPolicy":"Always","schedulerName":"default-scheduler","securityContext":{},""".Trim() + account.Trim()
        + """ "terminationGracePeriodSeconds":30""".Trim() + volumes.Trim() + "}";

    private static IEnumerable<TestCaseData> Defaults()
    {
        yield return Case("v1", "Service", "a cluster IP", """{"ports":[{"port":80}]}""",
            """{"internalTrafficPolicy":"Cluster","ports":[{"port":80,"protocol":"TCP","targetPort":80}],"sessionAffinity":"None","type":"ClusterIP"}""");
        yield return Case("v1", "Service", "a load balancer", """{"type":"LoadBalancer","sessionAffinity":"ClientIP"}""",
            """{"allocateLoadBalancerNodePorts":true,"externalTrafficPolicy":"Cluster","internalTrafficPolicy":"Cluster","sessionAffinity":"ClientIP","sessionAffinityConfig":{"clientIP":{"timeoutSeconds":10800}},"type":"LoadBalancer"}""");
        yield return Case("batch/v1", "Job", "a job that says how parallel it is", """{"parallelism":3,"backoffLimitPerIndex":1}""",
            """{"backoffLimit":2147483647,"backoffLimitPerIndex":1,"completionMode":"NonIndexed","manualSelector":false,"parallelism":3,"podReplacementPolicy":"TerminatingOrFailed","suspend":false}""", keep: ["template"]);
        yield return Case("batch/v1", "CronJob", "a schedule", """{"schedule":"* * * * *"}""",
            """{"concurrencyPolicy":"Allow","failedJobsHistoryLimit":1,"schedule":"* * * * *","successfulJobsHistoryLimit":3,"suspend":false}""", keep: ["jobTemplate"]);
        yield return Case("apps/v1", "StatefulSet", "a set", "{}",
            """{"persistentVolumeClaimRetentionPolicy":{"whenDeleted":"Retain","whenScaled":"Retain"},"podManagementPolicy":"OrderedReady","replicas":1,"revisionHistoryLimit":10,"updateStrategy":{"rollingUpdate":{"partition":0},"type":"RollingUpdate"}}""", keep: ["template"]);
        yield return Case("apps/v1", "DaemonSet", "updated on delete", """{"updateStrategy":{"type":"OnDelete"}}""",
            """{"revisionHistoryLimit":10,"updateStrategy":{"type":"OnDelete"}}""", keep: ["template"]);
        yield return Case("apps/v1", "Deployment", "half a rolling update", """{"strategy":{"rollingUpdate":{"maxSurge":1}}}""",
            """{"progressDeadlineSeconds":600,"replicas":1,"revisionHistoryLimit":10,"strategy":{"rollingUpdate":{"maxSurge":1,"maxUnavailable":"25%"},"type":"RollingUpdate"}}""", keep: ["template"]);
        yield return Case("networking.k8s.io/v1", "NetworkPolicy", "with egress", """{"egress":[{"ports":[{"port":53}]}]}""",
            """{"egress":[{"ports":[{"port":53,"protocol":"TCP"}]}],"policyTypes":["Ingress","Egress"]}""");
        yield return Case("v1", "PersistentVolumeClaim", "a claim", """{"resources":{"requests":{"storage":"1Gi"}}}""",
            """{"resources":{"requests":{"storage":"1Gi"}},"volumeMode":"Filesystem"}""");
        yield return Case("apiextensions.k8s.io/v1", "CustomResourceDefinition", "names", """{"names":{"kind":"Widget","plural":"widgets"}}""",
            """{"conversion":{"strategy":"None"},"names":{"kind":"Widget","listKind":"WidgetList","plural":"widgets","singular":"widget"}}""");
        yield return Case("v1", "Pod", "a container with a limit, a probe and volumes",
            """{"containers":[{"name":"c","image":"i:1","resources":{"limits":{"cpu":"1"}},"livenessProbe":{"httpGet":{"port":80}}}],"volumes":[{"name":"e"},{"name":"s","secret":{"secretName":"x"}}]}""",
            PodSpec(
                probe: """ "livenessProbe":{"failureThreshold":3,"httpGet":{"path":"/","port":80,"scheme":"HTTP"},"periodSeconds":10,"successThreshold":1,"timeoutSeconds":1},""",
                more: """ "resources":{"limits":{"cpu":"1"},"requests":{"cpu":"1"}},""",
                volumes: """ ,"volumes":[{"emptyDir":{},"name":"e"},{"name":"s","secret":{"defaultMode":420,"secretName":"x"}}]"""));
        yield return Case("v1", "Pod", "the host's network and an old account field",
            """{"hostNetwork":true,"serviceAccount":"a","containers":[{"name":"c","image":"i:1","ports":[{"containerPort":80}]}]}""",
            PodSpec(
                more: """ "ports":[{"containerPort":80,"hostPort":80,"protocol":"TCP"}],""",
                host: """ "hostNetwork":true,""",
                account: """ "serviceAccount":"a","serviceAccountName":"a","""));
        static TestCaseData Case(string apiVersion, string kind, string name, string spec, string expected, string[]? keep = null) =>
            new TestCaseData(apiVersion, kind, spec, expected, keep ?? []).SetArgDisplayNames(kind + ": " + name);
    }

    [TestCaseSource(nameof(Defaults))]
    public void Spec_is_defaulted_as_upstream_does(string apiVersion, string kind, string spec, string expected, string[] ignored)
    {
        var value = new JsonObject { ["apiVersion"] = apiVersion, ["kind"] = kind, ["spec"] = JsonNode.Parse(spec) };
        BuiltinSchemas.Find(apiVersion, kind)!.ApplyDefaults(value);
        var actual = value["spec"]!.AsObject();
        foreach (var member in ignored)
        {
            Assert.That(actual.Remove(member), Is.True, member);
        }

        // Objects that are there but empty show only in the canonical form.
        foreach (var (name, node) in actual.ToArray())
        {
            if (node is JsonObject { Count: 0 } && name != "securityContext")
            {
                actual.Remove(name);
            }
        }

        foreach (var container in (actual["containers"] as JsonArray ?? []).OfType<JsonObject>().Where(c => c["resources"] is JsonObject { Count: 0 }))
        {
            container.Remove("resources");
        }

        Assert.That(Canonical.Text(actual), Is.EqualTo(expected));
    }

    private static IEnumerable<TestCaseData> Forms()
    {
        yield return Case("v1", "ConfigMap", "empty values go", """{"metadata":{"name":"a","labels":{}},"data":{},"immutable":false}""", """{"immutable":false,"metadata":{"name":"a"}}""");
        yield return Case("v1", "ConfigMap", "nulls go", """{"metadata":{"name":"a","creationTimestamp":null},"data":null}""", """{"metadata":{"name":"a"}}""");
        yield return Case("apps/v1", "ReplicaSet", "pointers keep zero", """{"spec":{"replicas":0,"minReadySeconds":0}}""",
            """{"metadata":{},"spec":{"replicas":0,"selector":null,"template":{"metadata":{},"spec":{"containers":null}}},"status":{"replicas":0}}""");
        yield return Case("v1", "Event", "what is always written is there", """{"involvedObject":{"name":"a"}}""",
            """{"eventTime":null,"firstTimestamp":null,"involvedObject":{"name":"a"},"lastTimestamp":null,"metadata":{},"reportingComponent":"","reportingInstance":"","source":{}}""");
        yield return Case("rbac.authorization.k8s.io/v1", "Role", "no rules are null", "{}", """{"metadata":{},"rules":null}""");
        static TestCaseData Case(string apiVersion, string kind, string name, string json, string expected) => new TestCaseData(apiVersion, kind, json, expected).SetArgDisplayNames(kind + ": " + name);
    }

    [TestCaseSource(nameof(Forms))]
    public void Object_takes_the_form_of_a_typed_round_trip(string apiVersion, string kind, string json, string expected)
    {
        var value = (JsonObject)JsonNode.Parse(json)!;
        BuiltinSchemas.Find(apiVersion, kind)!.Canonicalize(value);
        Assert.That(Canonical.Text(value), Is.EqualTo(expected));
        BuiltinSchemas.Find(apiVersion, kind)!.Canonicalize(value);
        Assert.That(Canonical.Text(value), Is.EqualTo(expected), "a second time");
    }

    [Test]
    public void Definitions_refer_only_to_what_is_there()
    {
        foreach (var version in BuiltinSchemas.ApiVersions)
        {
            var definitions = BuiltinSchemas.Definitions(version);
            foreach (var reference in References(definitions))
            {
                Assert.That(definitions, Does.ContainKey(reference["#/components/schemas/".Length..]), version);
            }
        }
    }

    [Test]
    public void Definition_carries_what_apply_and_explain_need()
    {
        var spec = BuiltinSchemas.Definitions("apps/v1")["io.k8s.api.core.v1.PodSpec"]!;
        var containers = spec["properties"]!["containers"]!;
        Assert.That(containers["x-kubernetes-patch-merge-key"]!.GetValue<string>(), Is.EqualTo("name"));
        Assert.That(containers["x-kubernetes-list-type"]!.GetValue<string>(), Is.EqualTo("map"));
        Assert.That(spec["required"]!.ToJsonString(), Is.EqualTo("""["containers"]"""));
        Assert.That(spec["properties"]!["volumes"]!["x-kubernetes-patch-strategy"]!.GetValue<string>(), Is.EqualTo("merge,retainKeys"));
        Assert.That(BuiltinSchemas.Definitions("v1")["io.k8s.api.core.v1.Pod"]!["x-kubernetes-group-version-kind"]!.ToJsonString(), Is.EqualTo("""[{"group":"","kind":"Pod","version":"v1"}]"""));
    }

    [Test]
    public void Field_may_undo_the_atomicity_of_its_type()
    {
        var volume = BuiltinSchemas.Find("v1", "PersistentVolume")!.Merge.Map!.Fields["spec"].Type.Map!;
        Assert.That(volume.Fields["claimRef"].Type.Map!.IsAtomic, Is.False);
        var events = BuiltinSchemas.Find("v1", "Event")!.Merge.Map!;
        Assert.That(events.Fields["involvedObject"].Type.Map!.IsAtomic, Is.True);
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(m => m is { Key: "$ref", Value: JsonValue value } ? [value.GetValue<string>()] : References(m.Value)),
        JsonArray list => list.SelectMany(References),
        _ => [],
    };
}
