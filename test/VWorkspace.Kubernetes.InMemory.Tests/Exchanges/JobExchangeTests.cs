namespace VWorkspace.Kubernetes.InMemory.Tests.Exchanges;

/// <summary>The rules of jobs beyond what is recorded: selectors, modes, policies, changes, status, deletion.</summary>
[TestFixture]
internal sealed class JobExchangeTests : ExchangeFixture
{
    private const string Jobs = "/apis/batch/v1/namespaces/default/jobs";

    protected override async Task PrepareAsync()
    {
        await SendAsync("POST", Jobs, Job("plain", ""));
        await SendAsync("POST", Jobs, Job("indexed", ",\"completionMode\":\"Indexed\",\"completions\":3"));
        await SendAsync("POST", Jobs, Job("suspended", ",\"suspend\":true"));
    }

    private static string Job(string name, string spec, string restart = "Never", string labels = "{}") =>
        $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"template":{"metadata":{"labels":{{{labels}}} },"spec":{"restartPolicy":"{{{restart}}}","containers":[{"name":"c","image":"i"}]}}{{{spec}}} }}""";

    [TestCase(",\"completionMode\":\"Foo\"", "spec.completionMode: Unsupported value: \"Foo\": supported values: \"NonIndexed\", \"Indexed\"")]
    [TestCase(",\"backoffLimitPerIndex\":1", "spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode")]
    [TestCase(",\"completionMode\":\"Indexed\",\"completions\":5,\"maxFailedIndexes\":6", "[spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified, spec.maxFailedIndexes: Invalid value: 6: must be less than or equal to completions]")]
    [TestCase(",\"managedBy\":\"foo\"", "spec.managedBy: Invalid value: \"foo\": must be a domain-prefixed path (such as \"acme.io/foo\")")]
    [TestCase(",\"podReplacementPolicy\":\"Foo\"", "spec.podReplacementPolicy: Unsupported value: \"Foo\": supported values: \"Failed\", \"TerminatingOrFailed\"")]
    [TestCase(",\"podFailurePolicy\":{\"rules\":[{\"action\":\"FailJob\"}]}", "spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required")]
    [TestCase(",\"podFailurePolicy\":{\"rules\":[{\"action\":\"Ignore\",\"onExitCodes\":{\"operator\":\"In\",\"values\":[2,1]}}]}", "spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [2,1]: must be ordered")]
    [TestCase(",\"completionMode\":\"Indexed\",\"completions\":3,\"successPolicy\":{\"rules\":[{\"succeededIndexes\":\"0-9\"}]}", "spec.successPolicy.rules[0].succeededIndexes: Invalid value: \"0-9\": error parsing succeededIndexes: too large index: \"9\"")]
    [TestCase(",\"manualSelector\":true", "spec.selector: Required value")]
    public Task Spec_is_checked(string spec, string problem) => ExpectAsync("POST", Jobs, Job("x", spec), 422, $"Job.batch \"x\" is invalid: {problem}");

    [Test]
    public async Task Template_is_checked()
    {
        await ExpectAsync("POST", Jobs, Job("x", ",\"podFailurePolicy\":{\"rules\":[]}", "OnFailure"), 422, "Job.batch \"x\" is invalid: spec.template.spec.restartPolicy: Invalid value: \"OnFailure\": only \"Never\" is supported when podFailurePolicy is specified");
        var name = new string('x', 64);
        await ExpectAsync("POST", Jobs, Job(name, ""), 422, $"Job.batch \"{name}\" is invalid: spec.template.labels: Invalid value: \"{name}\": must be no more than 63 bytes");
    }

    [Test]
    public async Task Selector_of_a_job_that_generates_its_own_is_completed_and_then_refused()
    {
        var (code, status) = await SendAsync("POST", Jobs, Job("x", ",\"selector\":{\"matchLabels\":{\"a\":\"b\"}}"));
        Assert.That(code, Is.EqualTo(422));
        Assert.That((string?)status["message"], Does.Contain("spec.selector: Invalid value: {\"matchLabels\":{\"a\":\"b\",\"batch.kubernetes.io/controller-uid\":").And.Contain("`selector` not auto-generated"));
    }

    [TestCase("plain", """{"spec":{"completions":5}}""", "spec.completions: Invalid value: 5: field is immutable")]
    [TestCase("indexed", """{"spec":{"completions":5}}""", "spec.completions: Invalid value: 5: can only be modified in tandem with spec.parallelism")]
    [TestCase("plain", """{"spec":{"managedBy":"a.b/c"}}""", "spec.managedBy: Invalid value: \"a.b/c\": field is immutable")]
    [TestCase("plain/status", """{"status":{"active":-1}}""", "status.active: Invalid value: -1: must be greater than or equal to 0")]
    [TestCase("plain/status", """{"status":{"startTime":"2020-01-01T00:00:00Z","conditions":[{"type":"Failed","status":"True"}]}}""", "status.conditions: Invalid value: cannot set Failed=True condition without the FailureTarget=true condition")]
    [TestCase("plain/status", """{"status":{"conditions":[{"type":"Complete","status":"True"}]}}""", "[status.completionTime: Required value: completionTime is required for Complete jobs, status.conditions: Invalid value: cannot set Complete=True condition without the SuccessCriteriaMet=true condition, status.startTime: Required value: startTime is required for finished job]")]
    public Task Change_is_checked(string path, string patch, string problem) => ExpectAsync("merge", $"{Jobs}/{path}", patch, 422, $"Job.batch \"{path.Split('/')[0]}\" is invalid: {problem}");

    [TestCase("suspended", """{"spec":{"template":{"spec":{"nodeSelector":{"a":"b"}}}}}""")]
    [TestCase("indexed", """{"spec":{"completions":7,"parallelism":7}}""")]
    public Task Change_is_taken(string name, string patch) => ExpectAsync("merge", $"{Jobs}/{name}?dryRun=All", patch, 200, "");

    [Test]
    public async Task Job_deleted_without_a_policy_orphans_its_pods_with_a_warning()
    {
        await SendAsync("POST", Jobs, Job("left", ""));
        using (var response = await Client.SendAsync("DELETE", Jobs + "/left"))
        {
            Assert.That(response.Headers.GetValues("Warning").Single(), Does.Contain("child pods are preserved by default when jobs are deleted"));
            Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("\"finalizers\":[\"orphan\"]").And.Contain("\"kind\":\"Job\""));
        }

        await SendAsync("POST", Jobs, Job("gone", ""));
        Assert.That((string?)(await SendAsync("DELETE", Jobs + "/gone", """{"propagationPolicy":"Background"}""")).Body["status"], Is.EqualTo("Success"));
    }
}
