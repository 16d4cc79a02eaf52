namespace VWorkspace.Kubernetes.InMemory.Tests.Exchanges;

/// <summary>The rules of secrets, leases, namespaces and events beyond what is recorded.</summary>
[TestFixture]
internal sealed class CoreKindExchangeTests : ExchangeFixture
{
    private const string Secrets = "/api/v1/namespaces/default/secrets";
    private const string Leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases";
    private const string Namespaces = "/api/v1/namespaces";
    private const string CoreEvents = "/api/v1/namespaces/default/events";
    private const string NewEvents = "/apis/events.k8s.io/v1/namespaces/default/events";
    private const string NewEvent = """{"metadata":{"name":"x"},"regarding":{"namespace":"default"},"eventTime":"2020-01-01T00:00:00.000000Z","reportingController":"a.b/c","reportingInstance":"i","action":"A","reason":"R","type":"Normal"ETC}""";

    protected override async Task PrepareAsync()
    {
        await SendAsync("POST", Namespaces, """{"metadata":{"name":"held"},"spec":{"finalizers":["a.b/c"]}}""");
        await SendAsync("POST", NewEvents, NewEvent.Replace("ETC", "", StringComparison.Ordinal).Replace("\"x\"", "\"there\"", StringComparison.Ordinal));
    }

    [TestCase("kubernetes.io/tls", """{"tls.crt":"YQ=="}""", "data[tls.key]: Required value")]
    [TestCase("kubernetes.io/dockercfg", """{".dockercfg":"eA=="}""", "data[.dockercfg]: Invalid value: \"<secret contents redacted>\": invalid character 'x' looking for beginning of value")]
    [TestCase("kubernetes.io/dockerconfigjson", """{".dockerconfigjson":"W10="}""", "data[.dockerconfigjson]: Invalid value: \"<secret contents redacted>\": json: cannot unmarshal array into Go value of type map[string]interface {}")]
    [TestCase("kubernetes.io/basic-auth", "{}", "[data[username]: Required value, data[password]: Required value]")]
    [TestCase("kubernetes.io/ssh-auth", "{}", "data[ssh-privatekey]: Required value")]
    [TestCase("kubernetes.io/service-account-token", "{}", "metadata.annotations[kubernetes.io/service-account.name]: Required value")]
    public Task Secret_needs_the_keys_of_its_type(string type, string data, string problem) =>
        ExpectAsync("POST", Secrets, $$"""{"metadata":{"name":"x"},"type":"{{type}}","data":{{data}}}""", 422, $"Secret \"x\" is invalid: {problem}");

    [TestCase("2020-01-01T00:00:00Z", "cannot parse \"Z\" as \".000000\"")]
    [TestCase("2020-01-01T00:00:00.5Z", "cannot parse \".5Z\" as \".000000\"")]
    [TestCase("2020-01-01 00:00", "cannot parse \" 00:00\" as \"T\"")]
    [TestCase("x", "cannot parse \"x\" as \"2006\"")]
    public Task Lease_time_without_microseconds_is_refused(string time, string problem) => ExpectAsync("POST", Leases, $$$"""{"metadata":{"name":"x"},"spec":{"renewTime":"{{{time}}}"}}""", 400,
        $"Lease in version \"v1\" cannot be handled as a Lease: parsing time \"{time}\" as \"2006-01-02T15:04:05.000000Z07:00\": {problem}");

    [Test]
    public async Task Lease_time_is_answered_in_universal_time()
    {
        var (_, lease) = await SendAsync("POST", Leases, """{"metadata":{"name":"east"},"spec":{"renewTime":"2020-01-01T00:00:00.123456+02:00"}}""");
        Assert.That((string?)lease["spec"]!["renewTime"], Is.EqualTo("2019-12-31T22:00:00.123456Z"));
    }

    [TestCase("POST", "", """{"metadata":{"name":"x"},"spec":{"finalizers":["bare"]}}""", "Namespace \"x\" is invalid: spec.finalizers: Invalid value: \"bare\": name is neither a standard finalizer name nor is it fully qualified")]
    [TestCase("PUT", "/held/finalize", """{"metadata":{"name":"held"},"spec":{"finalizers":["bare"]}}""", "Namespace \"held\" is invalid: spec.finalizers[0]: Invalid value: \"bare\": name is neither a standard finalizer name nor is it fully qualified")]
    [TestCase("merge", "/held/status", """{"status":{"phase":"Terminating"}}""", "Namespace \"held\" is invalid: status.Phase: Invalid value: \"Terminating\": may only be 'Active' if `deletionTimestamp` is empty")]
    public Task Namespace_finalizers_and_phase_are_checked(string verb, string path, string body, string message) => ExpectAsync(verb, Namespaces + path, body, 422, message);

    [Test]
    public async Task Namespace_with_a_generated_name_is_labelled_with_it()
    {
        var (_, body) = await SendAsync("POST", Namespaces, """{"metadata":{"generateName":"gen-"}}""");
        Assert.That((string?)body["metadata"]!["labels"]!["kubernetes.io/metadata.name"], Is.EqualTo((string?)body["metadata"]!["name"]));
    }

    [Test]
    public async Task Finalize_is_recorded_as_a_subresource_and_lets_a_deleted_namespace_go()
    {
        await SendAsync("POST", Namespaces, """{"metadata":{"name":"going"}}""");
        await SendAsync("DELETE", Namespaces + "/going");
        await ExpectAsync("PUT", Namespaces + "/going/finalize", """{"metadata":{"name":"going","resourceVersion":"1"},"spec":{}}""", 409, "Operation cannot be fulfilled on namespaces \"going\": the object has been modified; please apply your changes to the latest version and try again");
        Assert.That((await SendAsync("PUT", Namespaces + "/going/finalize", """{"metadata":{"name":"going"},"spec":{}}""")).Code, Is.EqualTo(200));
        Assert.That((await SendAsync("GET", Namespaces + "/going")).Code, Is.EqualTo(404));
    }

    [TestCase(",\"series\":{\"count\":1}", "[series.count: Invalid value: \"\": should be at least 2, series.lastObservedTime: Required value]")]
    [TestCase(",\"deprecatedCount\":1,\"deprecatedSource\":{\"host\":\"h\"}", "[count: Invalid value: \"\": needs to be unset, source: Invalid value: \"\": needs to be unset]")]
    [TestCase(",\"type\":\"Foo\"", "type: Invalid value: \"\": has invalid value: Foo")]
    [TestCase(",\"reportingInstance\":\"LONG\",\"action\":\"\"", "[reportingInstance: Invalid value: \"\": can have at most 128 characters, action: Required value]")]
    public Task Event_of_the_new_group_is_checked_strictly(string etc, string problem) =>
        ExpectAsync("POST", NewEvents, NewEvent.Replace("ETC", etc.Replace("LONG", new string('x', 129), StringComparison.Ordinal), StringComparison.Ordinal), 422, $"Event \"x\" is invalid: {problem}");

    [TestCase("""{"note":"other"}""", "message: Invalid value: \"other\": field is immutable")]
    [TestCase("""{"eventTime":"2021-01-01T00:00:00.000000Z"}""", "eventTime: Invalid value: \"2021-01-01T00:00:00.000000Z\": field is immutable")]
    [TestCase("""{"series":{"count":1,"lastObservedTime":"2021-01-01T00:00:00.000000Z"}}""", "series.count: Invalid value: \"\": should be at least 2")]
    public Task Event_of_the_new_group_only_counts_on(string patch, string problem) => ExpectAsync("merge", NewEvents + "/there", patch, 422, $"Event \"there\" is invalid: {problem}");

    [Test]
    public async Task Event_of_the_core_group_may_have_any_name_that_a_path_takes()
    {
        await ExpectAsync("POST", CoreEvents, """{"metadata":{"name":"Any_Name"}}""", 201, "");
        await ExpectAsync("POST", CoreEvents, """{"metadata":{"name":"a%b"}}""", 422, "Event \"a%b\" is invalid: metadata.name: Invalid value: \"a%b\": may not contain '%'");
    }

    [TestCase(NewEvents, "regarding.namespace=default,reportingController=a.b/c", 1)]
    [TestCase(CoreEvents, "involvedObject.namespace=default,reportingComponent=a.b/c", 1)]
    [TestCase(NewEvents, "regarding.namespace=other", 0)]
    public async Task Events_are_selected_by_the_names_of_the_group(string path, string selector, int count)
    {
        var (_, list) = await SendAsync("GET", $"{path}?fieldSelector={Uri.EscapeDataString(selector)}");
        Assert.That(list["items"]!.AsArray(), Has.Count.EqualTo(count));
    }

    [Test]
    public Task Field_that_no_event_is_selected_by_is_named() => ExpectAsync("GET", NewEvents + "?fieldSelector=note%3Dx", null, 400, "field label not supported: note");
}
