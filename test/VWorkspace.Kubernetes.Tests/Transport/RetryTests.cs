using System.Diagnostics;
using System.Diagnostics.Metrics;
using VWorkspace.Kubernetes.Credentials;
using VWorkspace.Kubernetes.Tests.Client;
using VWorkspace.Kubernetes.Tests.Wire;
using VWorkspace.TestSupport;

namespace VWorkspace.Kubernetes.Tests.Transport;

[TestFixture]
public sealed class RetryTests
{
    private static readonly ObjectKey Key = new("ns", "a");

    [TestCase(429)]
    [TestCase(503)]
    public async Task Write_is_repeated_after_the_time_the_server_asks_for(int status)
    {
        var time = new ManualTimeProvider();
        int calls = 0;
        await using var server = new RawServer((_, response) => Interlocked.Increment(ref calls) < 3
            ? response.JsonAsync(status, "{}", "Retry-After: 2")
            : response.JsonAsync(200, Widget.Json("a")));
        await using KubernetesClient client = TestClients.For(server.Address, new() { TimeProvider = time, Random = new Random(5) });

        Task<ApiResult<Widget>> patch = client.PatchAsync(Widget.Resource, Key, Patch.Merge([]), new(), TestClients.Limit());
        for (int i = 1; i < 3; i++)
        {
            await time.WaitForTimerAsync(TimeSpan.FromSeconds(2.3), TestClients.Limit());
            Assert.That(server.Requests, Has.Count.EqualTo(i), "not before the time asked for");
            time.Advance(TimeSpan.FromSeconds(2.3));
        }

        Assert.That((await patch.WaitAsync(TestClients.Patience)).IsSuccess);
        Assert.That(server.Requests, Has.Count.EqualTo(3));
    }

    [TestCase(429, null)]
    [TestCase(503, null)]
    [TestCase(500, "Retry-After: 1")]
    [TestCase(504, "Retry-After: 1")]
    [TestCase(409, "Retry-After: 1")]
    public async Task Refusal_that_does_not_ask_to_come_back_is_handed_out_at_once(int status, string? header)
    {
        await using var server = new RawServer((_, response) => response.JsonAsync(status, "{}", header is null ? [] : [header]));
        await using KubernetesClient client = TestClients.For(server.Address);

        KubernetesError error = (await client.GetAsync(Widget.Resource, Key, TestClients.Limit())).Error!;

        Assert.That(error.Code, Is.EqualTo(status));
        Assert.That(error.RetryAfter, Is.EqualTo(header is null ? null : (TimeSpan?)TimeSpan.FromSeconds(1)));
        Assert.That(server.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Repetitions_are_bounded_by_count()
    {
        await using var server = new RawServer((_, response) => response.JsonAsync(429, "{}", "Retry-After: 0"));
        await using KubernetesClient client = TestClients.For(server.Address, new() { MaxRetries = 2, Random = new Random(1) });

        ApiResult<Widget> result = await client.GetAsync(Widget.Resource, Key, TestClients.Limit());

        Assert.That(result.Error!.Code, Is.EqualTo(429));
        Assert.That(server.Requests, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task Repetition_that_would_come_too_late_is_not_made()
    {
        await using var server = new RawServer((_, response) => response.JsonAsync(503, "{}", "Retry-After: 31"));
        await using KubernetesClient client = TestClients.For(server.Address);

        ApiResult<Widget> result = await client.GetAsync(Widget.Resource, Key, TestClients.Limit());

        Assert.That(result.Error!.RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(31)));
        Assert.That(server.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Unauthorized_without_anything_to_renew_is_handed_out_at_once()
    {
        await using var server = new RawServer((_, response) => response.JsonAsync(401, "{}"));
        await using KubernetesClient client = TestClients.For(server.Address, with: c => c with { Credential = KubernetesCredential.BearerToken("t") });

        Assert.That((await client.GetAsync(Widget.Resource, Key, TestClients.Limit())).Error!.Code, Is.EqualTo(401));
        Assert.That(server.Requests.Single().Header("Authorization"), Is.EqualTo("Bearer t"));
    }

    [Test]
    public async Task Cancelling_ends_a_wait_for_repetition_at_once()
    {
        var time = new ManualTimeProvider();
        using var cancel = new CancellationTokenSource();
        await using var server = new RawServer((_, response) => response.JsonAsync(429, "{}", "Retry-After: 20"));
        await using KubernetesClient client = TestClients.For(server.Address, new() { TimeProvider = time, Random = new Random(1) });
        Task<ApiResult<Widget>> get = client.GetAsync(Widget.Resource, Key, cancel.Token);
        await time.WaitForTimerAsync(TimeSpan.FromSeconds(25), TestClients.Limit());

        await cancel.CancelAsync();

        await Assert.ThatAsync(() => get.WaitAsync(TestClients.Patience), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Rate_limit_lets_a_burst_pass_and_then_one_at_a_time()
    {
        var time = new ManualTimeProvider();
        await using var server = new RawServer((_, response) => response.JsonAsync(200, Widget.Json("a")));
        await using KubernetesClient client = TestClients.For(server.Address, new() { TimeProvider = time, Qps = 2, Burst = 3, Random = new Random(1) });

        for (int i = 0; i < 3; i++) await client.GetAsync(Widget.Resource, Key, TestClients.Limit());
        Task<ApiResult<Widget>> fourth = client.GetAsync(Widget.Resource, Key, TestClients.Limit());
        await time.WaitForTimerAsync(TimeSpan.FromSeconds(0.5), TestClients.Limit());
        Assert.That(server.Requests, Has.Count.EqualTo(3));
        time.Advance(TimeSpan.FromSeconds(0.5));

        Assert.That((await fourth.WaitAsync(TestClients.Patience)).IsSuccess);
    }

    [Test]
    public async Task Metrics_count_every_attempt_by_code_and_method_and_faults_as_error()
    {
        int calls = 0;
        await using var server = new RawServer((_, response) =>
        {
            switch (Interlocked.Increment(ref calls))
            {
                case 1: return response.JsonAsync(429, "{}", "Retry-After: 0");
                case 2: response.Reset(); return Task.CompletedTask;
                default: return response.JsonAsync(200, Widget.Json("a"));
            }
        });
        string host = server.Address.Authority;
        var counted = new List<string>();
        using var listener = new MeterListener { InstrumentPublished = (i, l) => { if (i.Meter.Name == KubernetesTelemetry.Name) l.EnableMeasurementEvents(i); } };
        listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Note(i.Name, tags));
        listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Note(i.Name, tags));
        void Note(string name, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var all = tags.ToArray().ToDictionary(t => t.Key, t => (string?)t.Value);
            if (all["host"] != host) return;
            lock (counted) counted.Add(name + "|" + string.Join(",", all.Where(t => t.Key != "host").OrderBy(t => t.Key, StringComparer.Ordinal).Select(t => $"{t.Key}={t.Value}")));
        }

        listener.Start();
        await using KubernetesClient client = TestClients.For(server.Address);

        await client.GetAsync(Widget.Resource, Key, TestClients.Limit());

        Assert.That(counted.Where(c => c.StartsWith("rest_client_requests_total", StringComparison.Ordinal)), Is.EqualTo(new[]
        {
            "rest_client_requests_total|code=429,method=GET", "rest_client_requests_total|code=<error>,method=GET", "rest_client_requests_total|code=200,method=GET",
        }));
        Assert.That(counted.Count(c => c == "rest_client_request_duration_seconds|verb=GET"), Is.EqualTo(3));
    }

    [Test]
    public async Task Each_call_is_one_activity_without_query_and_credential()
    {
        await using var server = new RawServer((_, response) => response.JsonAsync(404, "{}"));
        int port = server.Address.Port;
        var ended = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == KubernetesTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = a => { if ((int?)a.GetTagItem("server.port") == port) ended.Add(a); },
        };
        ActivitySource.AddActivityListener(listener);
        await using KubernetesClient client = TestClients.For(server.Address, with: c => c with { Credential = KubernetesCredential.BearerToken("s3cr3t") });

        await client.ListAsync(Widget.Resource, "ns", new() { Continue = "tok" }, TestClients.Limit());

        Activity activity = ended.Single();
        Assert.That(activity.DisplayName, Is.EqualTo("GET widgets.demo.example.com in ns"));
        Assert.That(activity.GetTagItem("http.response.status_code"), Is.EqualTo(404));
        Assert.That(activity.GetTagItem("url.path"), Is.EqualTo("/apis/demo.example.com/v1alpha1/namespaces/ns/widgets"));
        Assert.That(string.Join(" ", activity.TagObjects), Does.Not.Contain("s3cr3t").And.Not.Contain("tok"));
    }

    [TestCase("299 - \"a\"", "a")]
    [TestCase("299 - \"a \\\"b\\\" \\\\ c\" \"Wed, 21 Oct 2015 07:28:00 GMT\", 299 - \"d\"", "a \"b\" \\ c|d")]
    [TestCase("199 - \"misc\", 299 - \"x, y\"", "x, y")]
    [TestCase("299 proxy \"not ours\"", "")]
    [TestCase("299 - \"open", "")]
    [TestCase("nonsense", "")]
    [TestCase("", "")]
    public void Warning_header_is_parsed(string header, string expected)
    {
        var texts = new List<string>();
        Kubernetes.Transport.WarningHeader.Parse(header, texts);
        Assert.That(string.Join("|", texts), Is.EqualTo(expected));
    }

    [TestCase("https://k8s.example.com", "", true)]
    [TestCase("https://k8s.example.com", "example.com", false)]
    [TestCase("https://example.com", ".example.com", true)]
    [TestCase("https://a.example.com", ".example.com", false)]
    [TestCase("https://a.example.com", "*.example.com", false)]
    [TestCase("https://notexample.com", "example.com", true)]
    [TestCase("https://10.1.2.3:6443", "10.0.0.0/8", false)]
    [TestCase("https://11.1.2.3:6443", "10.0.0.0/8", true)]
    [TestCase("https://10.1.2.3:6443", "10.1.2.3", false)]
    [TestCase("https://10.1.2.3:6443", "10.1.2.3:443", true)]
    [TestCase("https://k8s.example.com:6443", "k8s.example.com:6443", false)]
    [TestCase("https://k8s.example.com", "*", false)]
    [TestCase("https://localhost:6443", "", false)]
    [TestCase("https://127.0.0.1:6443", "", false)]
    [TestCase("https://[::1]:6443", "", false)]
    [TestCase("https://[fd00::1]:6443", "fd00::/8", false)]
    public void Proxy_of_the_environment_is_used_as_kubectl_does(string server, string noProxy, bool proxied)
    {
        var environment = new Dictionary<string, string> { ["https_proxy"] = "http://user:secret@proxy.example.com:3128", ["NO_PROXY"] = noProxy };
        var proxy = new Kubernetes.Transport.EnvironmentProxy(environment.GetValueOrDefault);

        Assert.That(proxy.GetProxy(new Uri(server))?.ToString(), Is.EqualTo(proxied ? "http://proxy.example.com:3128/" : null));
        Assert.That(proxy.Credentials!.GetCredential(new Uri("http://proxy.example.com:3128"), "Basic")!.Password, Is.EqualTo("secret"));
    }
}
