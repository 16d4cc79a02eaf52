using VWorkspace.Kubernetes.Discovery;
using VWorkspace.Kubernetes.Tests.Client;
using VWorkspace.Kubernetes.Tests.Wire;
using VWorkspace.TestSupport;

namespace VWorkspace.Kubernetes.Tests.Discovery;

[TestFixture]
public sealed class DiscoveryClientTests
{
    private static readonly GroupVersionKind WidgetKind = new("demo.example.com", "v1alpha1", "Widget");

    private const string AggregatedCore = """
        {"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","metadata":{},"items":[{"metadata":{"creationTimestamp":null},"versions":[{"version":"v1","freshness":"Current","resources":[
          {"resource":"namespaces","responseKind":{"group":"","version":"v1","kind":"Namespace"},"scope":"Cluster","singularResource":"namespace","verbs":["get","list"],"shortNames":["ns"]}]}]}]}
        """;

    private const string AggregatedGroups = """
        {"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","metadata":{},"items":[
          {"metadata":{"name":"demo.example.com"},"versions":[{"version":"v1alpha1","freshness":"Current","resources":[
            {"resource":"widgets","responseKind":{"group":"demo.example.com","version":"v1alpha1","kind":"Widget"},"scope":"Namespaced","singularResource":"widget","verbs":["get","list","watch"],
             "shortNames":["wi"],"categories":["all"],"subresources":[{"subresource":"status","responseKind":{"kind":"Widget"},"verbs":["get"]}]}]}]},
          {"metadata":{"name":"metrics.k8s.io"},"versions":[{"version":"v1beta1","freshness":"Stale"}]}]}
        """;

    [Test]
    public async Task Aggregated_discovery_takes_two_requests()
    {
        await using var server = new RawServer((request, response) => response.JsonAsync(200, request.Path == "/api" ? AggregatedCore : AggregatedGroups));
        await using KubernetesClient client = TestClients.For(server.Address);
        using var discovery = new DiscoveryClient(client);

        DiscoverySnapshot snapshot = await discovery.GetAsync(TestClients.Limit());

        Check(snapshot);
        Assert.That(snapshot.Unavailable, Is.EqualTo(new[] { "metrics.k8s.io/v1beta1" }));
        Assert.That(server.Requests.Select(r => r.Path), Is.EquivalentTo(new[] { "/api", "/apis" }));
        Assert.That(server.Requests.First().Header("Accept"), Does.Contain("as=APIGroupDiscoveryList"));
    }

    [Test]
    public async Task Server_without_aggregated_discovery_is_asked_group_by_group()
    {
        await using var server = new RawServer((request, response) => request.Path switch
        {
            "/api" => response.JsonAsync(200, """{"kind":"APIVersions","versions":["v1"]}"""),
            "/apis" => response.JsonAsync(200, """
                {"kind":"APIGroupList","groups":[{"name":"demo.example.com","versions":[{"groupVersion":"demo.example.com/v1alpha1","version":"v1alpha1"}]},
                 {"name":"metrics.k8s.io","versions":[{"groupVersion":"metrics.k8s.io/v1beta1"}]},{"name":"gone","versions":[{"groupVersion":"gone/v1"}]}]}
                """),
            "/api/v1" => response.JsonAsync(200, """{"kind":"APIResourceList","groupVersion":"v1","resources":[{"name":"namespaces","singularName":"namespace","namespaced":false,"kind":"Namespace","verbs":["get","list"],"shortNames":["ns"]}]}"""),
            "/apis/demo.example.com/v1alpha1" => response.JsonAsync(200, """
                {"kind":"APIResourceList","groupVersion":"demo.example.com/v1alpha1","resources":[
                 {"name":"widgets","singularName":"widget","namespaced":true,"kind":"Widget","verbs":["get","list","watch"],"shortNames":["wi"],"categories":["all"]},
                 {"name":"widgets/status","singularName":"","namespaced":true,"kind":"Widget","verbs":["get"]}]}
                """),
            "/apis/metrics.k8s.io/v1beta1" => response.JsonAsync(503, "{}"),
            _ => response.TextAsync(404, "text/plain", "404 page not found"),
        });
        await using KubernetesClient client = TestClients.For(server.Address);
        using var discovery = new DiscoveryClient(client);

        DiscoverySnapshot snapshot = await discovery.GetAsync(TestClients.Limit());

        Check(snapshot);
        Assert.That(snapshot.Unavailable, Is.EqualTo(new[] { "metrics.k8s.io/v1beta1" }));
    }

    [Test]
    public async Task Answers_are_kept_until_they_age_are_invalidated_or_miss_a_kind()
    {
        var time = new ManualTimeProvider();
        await using var server = new RawServer((request, response) => response.JsonAsync(200, request.Path == "/api" ? AggregatedCore : AggregatedGroups));
        await using KubernetesClient client = TestClients.For(server.Address);
        using var discovery = new DiscoveryClient(client, timeProvider: time);
        async Task<int> RoundsAfter(GroupVersionKind kind)
        {
            await discovery.IsServedAsync(kind, TestClients.Limit());
            return server.Requests.Count / 2;
        }

        var missing = new GroupVersionKind("demo.example.com", "v9", "Widget");
        Assert.That(await RoundsAfter(WidgetKind), Is.EqualTo(1));
        Assert.That(await RoundsAfter(missing), Is.EqualTo(1), "what was just asked is not asked again");
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.That(await RoundsAfter(WidgetKind), Is.EqualTo(1));
        Assert.That(await RoundsAfter(missing), Is.EqualTo(2));
        discovery.Invalidate();
        Assert.That(await RoundsAfter(WidgetKind), Is.EqualTo(3));
        time.Advance(TimeSpan.FromMinutes(10));
        Assert.That(await RoundsAfter(WidgetKind), Is.EqualTo(4));
    }

    [Test]
    public async Task Many_askers_cause_one_round()
    {
        await using var server = new RawServer((request, response) => response.JsonAsync(200, request.Path == "/api" ? AggregatedCore : AggregatedGroups));
        await using KubernetesClient client = TestClients.For(server.Address);
        using var discovery = new DiscoveryClient(client);

        bool[] served = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => discovery.IsServedAsync(WidgetKind, TestClients.Limit())));

        Assert.That(served, Is.All.True);
        Assert.That(server.Requests, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Pages_are_followed_to_the_end_with_version_and_match_only_on_the_first()
    {
        await using var server = new RawServer((request, response) => response.JsonAsync(200, request.Query.Contains("continue=next", StringComparison.Ordinal)
            ? """{"metadata":{"resourceVersion":"5"},"items":[{"metadata":{"name":"b"}},{"metadata":{"name":"odd"},"spec":{"size":"x"}}]}"""
            : """{"metadata":{"resourceVersion":"5","continue":"next"},"items":[{"metadata":{"name":"a"}}]}"""));
        await using KubernetesClient client = TestClients.For(server.Address);

        List<string?> names = [];
        List<UndecodableItem> odd = [];
        await foreach (Widget widget in client.ListAllAsync(Widget.Resource, null, new() { ResourceVersion = "5", ResourceVersionMatch = "Exact", Limit = 1 }, odd.Add, TestClients.Limit())) names.Add(widget.Metadata.Name);

        Assert.That(names, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(odd.Single().Key!.Value.Name, Is.EqualTo("odd"));
        Assert.That(server.Requests.Select(r => r.Query), Is.EqualTo(new[] { "resourceVersion=5&resourceVersionMatch=Exact&limit=1", "limit=1&continue=next" }));
    }

    private static void Check(DiscoverySnapshot snapshot)
    {
        DiscoveredResource widget = snapshot.Find(WidgetKind)!;
        Assert.That((widget.Plural, widget.Namespaced, widget.Singular, widget.Can("watch"), widget.Can("patch")), Is.EqualTo(("widgets", true, "widget", true, false)));
        Assert.That((widget.ShortNames, widget.Categories, widget.Subresources), Is.EqualTo((new[] { "wi" }, new[] { "all" }, new[] { "status" })));
        Assert.That(widget.AsDynamic().Path("ns", "x"), Is.EqualTo("/apis/demo.example.com/v1alpha1/namespaces/ns/widgets/x"));
        Assert.That(snapshot.Find(new("", "v1", "Namespace"))!.Namespaced, Is.False);
        Assert.That(snapshot.IsServed(new("metrics.k8s.io", "v1beta1", "PodMetrics")), Is.False);
    }
}
