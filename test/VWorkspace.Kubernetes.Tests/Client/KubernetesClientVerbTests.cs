using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.Tests.Wire;

namespace VWorkspace.Kubernetes.Tests.Client;

[TestFixture]
public sealed class KubernetesClientVerbTests
{
    private static readonly ObjectKey Key = new("ns", "a");

    [Test]
    public async Task Get_reads_the_projection_and_asks_for_json()
    {
        await using var server = new RawServer((_, response) => response.JsonAsync(200, Widget.Json("a", size: 5, version: "42")));
        await using KubernetesClient client = TestClients.For(server.Address);

        ApiResult<Widget> result = await client.GetAsync(Widget.Resource, Key, TestClients.Limit());

        Assert.That(result.Value.Spec!.Size, Is.EqualTo(5));
        Assert.That(result.Value.Metadata.ResourceVersion, Is.EqualTo("42"));
        RawRequest request = server.Requests.Single();
        Assert.That((request.Method, request.Target), Is.EqualTo(("GET", "/apis/demo.example.com/v1alpha1/namespaces/ns/widgets/a")));
        Assert.That(request.Header("Accept"), Is.EqualTo("application/json"));
        Assert.That(request.Header("User-Agent"), Does.StartWith("vworkspace-kubernetes/"));
    }

    [Test]
    public async Task Get_of_metadata_asks_for_partial_objects()
    {
        await using var server = new RawServer((_, response) => response.JsonAsync(200, """{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"a"}}"""));
        await using KubernetesClient client = TestClients.For(server.Address);

        ApiResult<PartialObject> result = await client.GetAsync(PartialObject.Resource(Widget.Resource.Kind, "widgets"), Key, TestClients.Limit());

        Assert.That(result.Value.Metadata.Name, Is.EqualTo("a"));
        Assert.That(server.Requests.Single().Header("Accept"), Is.EqualTo("application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1, application/json"));
    }

    [Test]
    public async Task List_sends_all_options_and_reads_page_members()
    {
        await using var server = new RawServer((_, response) => response.JsonAsync(200,
            $$$"""{"apiVersion":"v1","items":[{{{Widget.Json("a")}}},{{{Widget.Json("b")}}}],"kind":"WidgetList","metadata":{"continue":"next","remainingItemCount":3,"resourceVersion":"77"}}"""));
        await using KubernetesClient client = TestClients.For(server.Address);

        ApiResult<ObjectPage<Widget>> result = await client.ListAsync(Widget.Resource, null, new()
        {
            LabelSelector = "a in (b,c)", FieldSelector = "metadata.name=x", ResourceVersion = "0", ResourceVersionMatch = "NotOlderThan", Limit = 2, Continue = "c/1+2", Timeout = TimeSpan.FromSeconds(1.2),
        }, TestClients.Limit());

        ObjectPage<Widget> page = result.Value;
        Assert.That(page.Items.Select(i => i.Metadata.Name), Is.EqualTo(new[] { "a", "b" }));
        Assert.That((page.ResourceVersion, page.Continue, page.RemainingItemCount), Is.EqualTo(("77", "next", 3L)));
        RawRequest request = server.Requests.Single();
        Assert.That(request.Path, Is.EqualTo("/apis/demo.example.com/v1alpha1/widgets"));
        Assert.That(request.Query, Is.EqualTo(
            "labelSelector=a in (b,c)&fieldSelector=metadata.name=x&resourceVersion=0&resourceVersionMatch=NotOlderThan&limit=2&continue=c/1+2&timeoutSeconds=2"));
        Assert.That(request.Target, Does.Contain("continue=c%2F1%2B2"));
    }

    [Test]
    public async Task Create_adds_apiVersion_and_kind_without_touching_the_callers_tree()
    {
        await using var server = new RawServer((request, response) => response.JsonAsync(201, Widget.Json("a")));
        await using KubernetesClient client = TestClients.For(server.Address);
        var body = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "a" }, ["spec"] = new JsonObject { ["nothing"] = null } };

        await client.CreateAsync(Widget.Resource, "ns", body, new() { FieldManager = "me", DryRun = true, FieldValidation = "Strict" }, TestClients.Limit());

        RawRequest sent = server.Requests.Single();
        Assert.That((sent.Method, sent.Path, sent.Query), Is.EqualTo(("POST", "/apis/demo.example.com/v1alpha1/namespaces/ns/widgets", "fieldManager=me&dryRun=All&fieldValidation=Strict")));
        Assert.That(sent.Body, Is.EqualTo("""{"apiVersion":"demo.example.com/v1alpha1","kind":"Widget","metadata":{"name":"a"},"spec":{"nothing":null}}"""));
        Assert.That(sent.Header("Content-Type"), Is.EqualTo("application/json"));
        Assert.That(body.ContainsKey("kind"), Is.False);
    }

    [Test]
    public async Task Replace_puts_to_the_subresource()
    {
        await using var server = new RawServer((_, response) => response.JsonAsync(200, Widget.Json("a")));
        await using KubernetesClient client = TestClients.For(server.Address);

        await client.ReplaceAsync(Widget.Resource, Key, new JsonObject { ["kind"] = "Widget" }, new() { Subresource = "status" }, TestClients.Limit());

        RawRequest sent = server.Requests.Single();
        Assert.That((sent.Method, sent.Target), Is.EqualTo(("PUT", "/apis/demo.example.com/v1alpha1/namespaces/ns/widgets/a/status")));
    }

    [Test]
    public async Task Apply_sends_manager_force_and_media_type()
    {
        await using var server = new RawServer((_, response) => response.JsonAsync(200, Widget.Json("a")));
        await using KubernetesClient client = TestClients.For(server.Address);

        await client.PatchAsync(Widget.Resource, Key, Patch.Apply(new JsonObject { ["x"] = 1 }), new() { FieldManager = "me", Force = true }, TestClients.Limit());

        RawRequest sent = server.Requests.Single();
        Assert.That((sent.Method, sent.Query, sent.Header("Content-Type"), sent.Body), Is.EqualTo(("PATCH", "fieldManager=me&force=true", "application/apply-patch+yaml", """{"x":1}""")));
    }

    [Test]
    public async Task Apply_without_field_manager_is_refused_before_it_is_sent()
    {
        await using var server = new RawServer((_, response) => response.JsonAsync(200, "{}"));
        await using KubernetesClient client = TestClients.For(server.Address);

        Assert.That(async () => await client.PatchAsync(Widget.Resource, Key, Patch.Apply([]), new(), TestClients.Limit()), Throws.ArgumentException.With.Message.Contains("field manager"));
        Assert.That(server.Requests, Is.Empty);
    }

    [Test]
    public async Task Delete_sends_preconditions_and_policy_and_gives_the_answer()
    {
        await using var server = new RawServer((_, response) => response.JsonAsync(200, """{"kind":"Status","apiVersion":"v1","status":"Success"}"""));
        await using KubernetesClient client = TestClients.For(server.Address);

        ApiResult<JsonObject> result = await client.DeleteAsync(Widget.Resource, Key,
            new() { Uid = "u", ResourceVersion = "9", PropagationPolicy = "Foreground", GracePeriodSeconds = 0, DryRun = true }, TestClients.Limit());

        Assert.That((string?)result.Value["status"], Is.EqualTo("Success"));
        Assert.That(server.Requests.Single().Body, Is.EqualTo(
            """{"apiVersion":"v1","kind":"DeleteOptions","gracePeriodSeconds":0,"propagationPolicy":"Foreground","preconditions":{"uid":"u","resourceVersion":"9"},"dryRun":["All"]}"""));
    }

    [Test]
    public async Task Refusal_is_a_value_with_all_of_the_status()
    {
        await using var server = new RawServer((_, response) => response.JsonAsync(422, """
            {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"ConfigMap \"\" is invalid","reason":"Invalid",
             "details":{"kind":"ConfigMap","causes":[{"reason":"FieldValueRequired","message":"Required value","field":"metadata.name"}]},"code":422}
            """));
        await using KubernetesClient client = TestClients.For(server.Address);

        ApiResult<Widget> result = await client.GetAsync(Widget.Resource, Key, TestClients.Limit());

        Assert.That(result.TryGet(out _, out KubernetesError? error), Is.False);
        Assert.That(error!.IsInvalid);
        Assert.That(error.Status.Details!.Causes.Single().Field, Is.EqualTo("metadata.name"));
        Assert.That(() => result.Value, Throws.TypeOf<KubernetesApiException>());
    }

    [Test]
    public async Task Refusal_in_plain_text_is_synthesised_from_the_code()
    {
        await using var server = new RawServer((_, response) => response.TextAsync(404, "text/plain; charset=utf-8", "404 page not found\n"));
        await using KubernetesClient client = TestClients.For(server.Address);

        KubernetesError error = (await client.GetAsync(Widget.Resource, Key, TestClients.Limit())).Error!;

        Assert.That((error.Code, error.Reason, error.Message), Is.EqualTo((404, "NotFound", "404 page not found")));
    }

    [Test]
    public async Task Warnings_come_with_success_and_with_refusal()
    {
        await using var server = new RawServer((request, response) => request.Method == "GET"
            ? response.JsonAsync(200, Widget.Json("a"), """Warning: 299 - "unknown field \"dta\"", 299 - "two"  """)
            : response.JsonAsync(409, "{}", """Warning: 299 - "why" """));
        await using KubernetesClient client = TestClients.For(server.Address);

        ApiResult<Widget> good = await client.GetAsync(Widget.Resource, Key, TestClients.Limit());
        ApiResult<Widget> bad = await client.PatchAsync(Widget.Resource, Key, Patch.Merge([]), new(), TestClients.Limit());

        Assert.That(good.Warnings, Is.EqualTo(new[] { "unknown field \"dta\"", "two" }));
        Assert.That(bad.Warnings, Is.EqualTo(new[] { "why" }));
        Assert.That(bad.Error!.Code, Is.EqualTo(409));
    }

    [Test]
    public async Task Answer_that_does_not_fit_the_type_is_a_fault_without_content()
    {
        await using var server = new RawServer((_, response) => response.JsonAsync(200, """{"metadata":{"name":"a"},"spec":{"size":"geheim"}}"""));
        await using KubernetesClient client = TestClients.For(server.Address);

        var fault = (await Assert.ThrowsAsync<KubernetesTransportException>(() => client.GetAsync(Widget.Resource, Key, TestClients.Limit())))!;

        Assert.That(fault.Fault, Is.EqualTo(TransportFault.Protocol));
        Assert.That(fault.Message, Does.Contain("$.spec.size").And.Not.Contain("geheim"));
    }

    [Test]
    public async Task Impersonation_is_sent_with_every_request_whatever_the_names_are()
    {
        await using var server = new RawServer((_, response) => response.JsonAsync(200, Widget.Json("a")));
        await using KubernetesClient client = TestClients.For(server.Address, with: c => c with { Impersonation = new() { User = "jörg", Uid = "7", Groups = ["a,b"] } });

        await client.GetAsync(Widget.Resource, Key, TestClients.Limit());
        await client.PatchAsync(Widget.Resource, Key, Patch.Merge([]), new(), TestClients.Limit());

        foreach (RawRequest request in server.Requests)
        {
            Assert.That(System.Text.Encoding.UTF8.GetString(System.Text.Encoding.Latin1.GetBytes(request.Header("Impersonate-User")!)), Is.EqualTo("jörg"));
            Assert.That((request.Header("Impersonate-Group"), request.Header("Impersonate-Uid")), Is.EqualTo(("a,b", "7")));
        }
    }

    [Test]
    public async Task Server_with_a_path_keeps_it_as_prefix()
    {
        await using var server = new RawServer((_, response) => response.JsonAsync(200, """{"major":"1"}"""));
        await using KubernetesClient client = TestClients.For(new Uri(server.Address, "/k8s/clusters/c-1/"));

        await client.GetRawAsync("/version?x=1", null, TestClients.Limit());

        Assert.That(server.Requests.Single().Target, Is.EqualTo("/k8s/clusters/c-1/version?x=1"));
    }
}
