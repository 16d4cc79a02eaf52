namespace VWorkspace.Kubernetes.InMemory.Tests.Exchanges;

/// <summary>Webhooks that nobody answers, and the conditions that keep them out of requests.</summary>
[TestFixture]
internal sealed class MatchConditionTests : ExchangeFixture
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";
    private const string Configurations = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";

    protected override async Task PrepareAsync()
    {
        await SendAsync("POST", Maps, """{"metadata":{"name":"leaving","finalizers":["a.b/hold"]}}""");
        await SendAsync("POST", Maps, """{"metadata":{"name":"staying"}}""");
        await SendAsync("DELETE", Maps + "/leaving");
        // Nobody listens on port 9 of loopback: a call to this webhook always fails.
        await Server.ApplyYamlAsync("""
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingWebhookConfiguration
            metadata: {name: down}
            webhooks:
            - name: down.example.com
              admissionReviewVersions: [v1]
              sideEffects: None
              failurePolicy: Fail
              clientConfig: {url: "https://127.0.0.1:9/"}
              rules: [{apiGroups: [""], apiVersions: [v1], resources: [configmaps], operations: [CREATE, UPDATE, DELETE]}]
              matchConditions:
              - {name: alive, expression: "!has(object.metadata.deletionTimestamp) || has(object.metadata.finalizers) && size(object.metadata.finalizers) > 0 && object.metadata.finalizers == oldObject.metadata.finalizers"}
              - {name: not-skipped, expression: "!(request.operation == 'UPDATE' && request.userInfo.username == 'admin' && object.metadata.?labels.skip.orValue('') == 'yes')"}
              - {name: not-broken, expression: "!has(object.data) || !('broken' in object.data) || object.data.broken.nothing == 1"}
            """);
    }

    [Test]
    public async Task Finalizer_of_a_deleted_object_can_be_removed_while_the_webhook_is_down()
    {
        var (code, _) = await SendAsync("merge", Maps + "/leaving", """{"metadata":{"finalizers":null}}""");
        Assert.That((code, (await SendAsync("GET", Maps + "/leaving")).Code), Is.EqualTo((200, 404)));
    }

    [TestCase("merge", "/staying", """{"data":{"k":"v"}}""", 500)]
    [TestCase("merge", "/staying", """{"metadata":{"labels":{"skip":"yes"}}}""", 200)]
    public async Task Webhook_is_asked_where_all_conditions_hold(string verb, string path, string body, int code)
    {
        var (actual, status) = await SendAsync(verb, Maps + path, body);
        Assert.That(actual, Is.EqualTo(code), status.ToJsonString());
        if (code == 500) Assert.That((string)status["message"]!, Does.Contain("failed calling webhook \"down.example.com\""));
    }

    [Test]
    public async Task Condition_that_fails_refuses_the_request_under_the_policy_Fail()
    {
        var (code, status) = await SendAsync("POST", Maps, """{"metadata":{"name":"x"},"data":{"broken":"1"}}""");
        Assert.That((code, (string?)status["reason"]), Is.EqualTo((403, "Forbidden")));
        Assert.That((string)status["message"]!, Does.StartWith("configmaps \"x\" is forbidden: expression '!has(object.data)").And.Contain("resulted in error"));
    }

    [Test]
    public Task Condition_that_does_not_compile_is_refused() => ExpectAsync("POST", Configurations,
        """{"metadata":{"name":"x"},"webhooks":[{"name":"a.b.c","admissionReviewVersions":["v1"],"sideEffects":"None","clientConfig":{"url":"https://127.0.0.1:9/"},"matchConditions":[{"name":"n","expression":"nothing"}]}]}""",
        422, "ValidatingWebhookConfiguration.admissionregistration.k8s.io \"x\" is invalid: webhooks[0].matchConditions[0].expression: Invalid value: \"nothing\": compilation failed: ERROR: <input>:1:1: undeclared reference to 'nothing' (in container '')\n | nothing\n | ^");
}
