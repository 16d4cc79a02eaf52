namespace VWorkspace.Kubernetes.InMemory.Tests.Kubectl;

/// <summary>Commands that wait for something to happen.</summary>
[TestFixture]
public sealed class KubectlWaitingTests : KubectlFixture
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [TestCase("", "watched")]
    [TestCase(" -o wide", "watched-wide")]
    public async Task Watch_prints_a_row_for_every_change(string format, string name)
    {
        await RunAsync($"create deployment {name} --image=nginx");
        using var kubectl = Launch($"get deployment {name} -w{format}");
        try
        {
            using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
            Assert.That(await kubectl.StandardOutput.ReadLineAsync(patience.Token), Does.StartWith("NAME"));
            Assert.That(Cells((await kubectl.StandardOutput.ReadLineAsync(patience.Token))!)[1], Is.EqualTo("0/1"));
            await RunAsync($"scale deployment {name} --replicas=3");
            Assert.That(Cells((await kubectl.StandardOutput.ReadLineAsync(patience.Token))!)[1], Is.EqualTo("0/3"));
            await RunAsync($"delete deployment {name}");
            Assert.That(Cells((await kubectl.StandardOutput.ReadLineAsync(patience.Token))!)[0], Is.EqualTo(name));
        }
        finally
        {
            kubectl.Kill();
        }
    }

    [Test]
    public async Task Wait_ends_when_the_condition_the_value_or_the_object_comes()
    {
        var created = RunAsync("wait --for=create deployment/awaited --timeout=60s");
        await RunAsync("create deployment awaited --image=nginx");
        Assert.That(await created, Does.Contain("condition met"));

        var condition = RunAsync("wait --for=condition=Available deployment/awaited --timeout=60s");
        var value = RunAsync("wait '--for=jsonpath={.status.readyReplicas}=1' deployment/awaited --timeout=60s");
        var rollout = RunAsync("rollout status deployment/awaited --timeout=60s");
        await MarkReadyAsync("awaited");
        Assert.That(await condition, Is.EqualTo("deployment.apps/awaited condition met\n"));
        Assert.That(await value, Is.EqualTo("deployment.apps/awaited condition met\n"));
        Assert.That(await rollout, Does.Contain("deployment \"awaited\" successfully rolled out"));

        Assert.That(await FailAsync("wait --for=condition=Nosuch deployment/awaited --timeout=1s"), Does.Contain("timed out waiting for the condition"));
    }

    [Test]
    public async Task Delete_waits_for_the_finalizers_and_wait_for_the_end()
    {
        await RunAsync("create -f -", "{apiVersion: v1, kind: ConfigMap, metadata: {name: held, finalizers: [x.io/hold]}}");
        var deleted = RunAsync("delete cm held --wait --timeout=60s");
        await RunAsync("wait '--for=jsonpath={.metadata.deletionTimestamp}' cm/held --timeout=60s");
        var gone = RunAsync("wait --for=delete cm/held --timeout=60s");
        Assert.That(deleted.IsCompleted || gone.IsCompleted, Is.False, "the finalizer holds it");
        await RunAsync("patch cm held --type=merge -p '{\"metadata\":{\"finalizers\":null}}'");
        Assert.That(await deleted, Is.EqualTo("configmap \"held\" deleted\n").Or.EqualTo("configmap \"held\" deleted from default namespace\n"));
        await gone;
    }

    [TestCase("background", true)]
    [TestCase("foreground", true)]
    [TestCase("orphan", false)]
    public async Task Deletion_cascades_as_it_is_told(string cascade, bool takesDependents)
    {
        var (owner, dependent) = ("owner-" + cascade, "dependent-" + cascade);
        await RunAsync($"create configmap {owner}");
        var uid = await RunAsync($"get cm {owner} -o jsonpath={{.metadata.uid}}");
        await RunAsync("create -f -", $"{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {dependent}, ownerReferences: [{{apiVersion: v1, kind: ConfigMap, name: {owner}, uid: {uid}, blockOwnerDeletion: true}}]}}}}");
        await RunAsync($"delete cm {owner} --cascade={cascade} --timeout=60s");
        if (takesDependents) await RunAsync($"wait --for=delete cm/{dependent} --timeout=60s");
        else Assert.That(await RunAsync($"get cm {dependent} -o jsonpath={{.metadata.ownerReferences}}"), Is.Empty);
    }

    private async Task MarkReadyAsync(string name)
    {
        var status = """{"status":{"observedGeneration":1,"replicas":1,"updatedReplicas":1,"readyReplicas":1,"availableReplicas":1,"conditions":[{"type":"Available","status":"True"}]}}""";
        await RunAsync($"patch deployment {name} --type=merge --subresource=status -p '{status}'");
    }
}
