namespace VWorkspace.Kubernetes.InMemory.Tests.Exchanges;

/// <summary>Object metadata, preconditions and options, on a kind whose rules are the common ones.</summary>
[TestFixture]
internal sealed class MetadataExchangeTests : ExchangeFixture
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";

    protected override async Task PrepareAsync()
    {
        await Server.InstallCrdYamlAsync(TestData.GadgetCrd);
        await Server.ApplyYamlAsync("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: default}, data: {k: v}}");
        await Server.ApplyYamlAsync("{apiVersion: test.example.com/v1, kind: Gadget, metadata: {name: g, namespace: default, finalizers: [old]}}");
    }

    [TestCase("""{"metadata":{"name":"x","finalizers":["bare","orphan"]}}""", "metadata.finalizers[0]: Invalid value: \"bare\": name is neither a standard finalizer name nor is it fully qualified")]
    [TestCase("""{"metadata":{"name":"x","ownerReferences":[{"apiVersion":"a/b/c","kind":"K","name":"n","uid":"u"}]}}""", "metadata.ownerReferences[0].apiVersion: Invalid value: \"a/b/c\": version must not be empty")]
    [TestCase("""{"metadata":{"name":"x","ownerReferences":[{"apiVersion":"v1","kind":"Event","name":"n","uid":"u"}]}}""", "metadata.ownerReferences[0]: Invalid value: {\"apiVersion\":\"v1\",\"kind\":\"Event\",\"name\":\"n\",\"uid\":\"u\"}: /v1, Kind=Event is disallowed from being an owner")]
    [TestCase("""{"metadata":{"name":"x","ownerReferences":[{"uid":"1","name":"p","kind":"K","apiVersion":"v1","controller":true},{"uid":"2","name":"q","kind":"K","apiVersion":"v1","controller":true}]}}""", "metadata.ownerReferences: Invalid value: [{\"apiVersion\":\"v1\",\"kind\":\"K\",\"name\":\"p\",\"uid\":\"1\",\"controller\":true},{\"apiVersion\":\"v1\",\"kind\":\"K\",\"name\":\"q\",\"uid\":\"2\",\"controller\":true}]: Only one reference can have Controller set to true. Found \"true\" in references for p and q")]
    public Task New_object_with_bad_metadata_is_refused(string body, string problem) => ExpectAsync("POST", Maps, body, 422, $"ConfigMap \"x\" is invalid: {problem}");

    [TestCase("merge", """{"metadata":{"uid":"u"}}""", 422, "ConfigMap \"a\" is invalid: metadata.uid: Invalid value: \"u\": field is immutable")]
    [TestCase("merge", """{"metadata":{"deletionTimestamp":"2020-01-01T00:00:00Z"}}""", 422, "ConfigMap \"a\" is invalid: metadata.deletionTimestamp: Invalid value: \"2020-01-01T00:00:00Z\": field is immutable")]
    [TestCase("merge", """{"metadata":{"creationTimestamp":"2020-01-01T00:00:00Z"}}""", 200, "")]
    [TestCase("merge", """{"metadata":{"resourceVersion":null}}""", 200, "")]
    [TestCase("PUT", """{"metadata":{"name":"a","resourceVersion":"abc"}}""", 500, "strconv.ParseUint: parsing \"abc\": invalid syntax")]
    public Task System_metadata_cannot_be_changed(string verb, string body, int code, string message) => ExpectAsync(verb, Maps + "/a", body, code, message);

    [Test]
    public async Task Replacement_that_names_another_uid_is_a_conflict()
    {
        var uid = (string)(await SendAsync("GET", Maps + "/a")).Body["metadata"]!["uid"]!;
        const string text = "Operation cannot be fulfilled on configmaps \"{0}\": StorageError: invalid object, Code: 4, Key: /registry/configmaps/default/{0}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: other, UID in object meta: {1}";
        await ExpectAsync("PUT", Maps + "/a", """{"metadata":{"name":"a","uid":"other"}}""", 409, string.Format(System.Globalization.CultureInfo.InvariantCulture, text, "a", uid));
        // A controller that writes an object which is gone by now sees the same: a conflict, not a 404.
        await ExpectAsync("PUT", Maps + "/gone", """{"metadata":{"name":"gone","uid":"other"}}""", 409, string.Format(System.Globalization.CultureInfo.InvariantCulture, text, "gone", ""));
        await ExpectAsync("apply", Maps + "/gone?fieldManager=m", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"uid":"other"}}""", 409,
            "Operation cannot be fulfilled on configmaps \"gone\": uid mismatch: the provided object specified uid other, and no existing object was found");
    }

    [Test]
    public async Task Patch_that_drops_the_resource_version_of_a_custom_resource_is_refused() =>
        await ExpectAsync("merge", "/apis/test.example.com/v1/namespaces/default/gadgets/g", """{"metadata":{"resourceVersion":null}}""", 422,
            "gadgets.test.example.com \"g\" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update");

    [Test]
    public async Task Finalizers_of_custom_resources_warn_when_they_are_new()
    {
        const string gadget = "/apis/test.example.com/v1/namespaces/default/gadgets/g";
        Assert.That(await WarningsAsync("merge", gadget, """{"metadata":{"finalizers":["old","a.b/ok","x.example.com","bare"]}}"""), Is.EqualTo(new[]
        {
            "metadata.finalizers: \"bare\": prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers",
            "metadata.finalizers: \"x.example.com\": prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers",
        }));
        Assert.That(await WarningsAsync("merge", gadget, """{"metadata":{"labels":{"a":"b"}}}"""), Is.Empty);
    }

    [Test]
    public async Task Bad_label_in_an_update_is_told_of_by_every_validation()
    {
        var (code, status) = await SendAsync("merge", Maps + "/a", """{"metadata":{"labels":{"k":"b c"}}}""");
        Assert.That((code, status["details"]!["causes"]!.AsArray().Count), Is.EqualTo((422, 3)));
    }

    [Test]
    public async Task Null_in_a_map_of_texts_is_the_empty_text()
    {
        var (_, body) = await SendAsync("POST", Maps, """{"metadata":{"name":"nulls"},"data":{"k":null}}""");
        Assert.That((string?)body["data"]!["k"], Is.Empty);
    }

    [TestCase("""{"dryRun":["foo"]}""", "dryRun: Unsupported value: \"foo\": supported values: \"All\"")]
    [TestCase("""{"propagationPolicy":"X"}""", "propagationPolicy: Unsupported value: \"X\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"")]
    [TestCase("""{"propagationPolicy":"Orphan","orphanDependents":true}""", "propagationPolicy: Invalid value: \"Orphan\": orphanDependents and deletionPropagation cannot be both set")]
    public Task Delete_options_are_checked(string options, string problem) => ExpectAsync("DELETE", Maps + "/a", options, 422, $"DeleteOptions.meta.k8s.io \"\" is invalid: {problem}");

    [Test]
    public Task Strict_decoding_tells_of_faults_in_the_order_of_the_body() => ExpectAsync("POST", Maps + "?fieldValidation=Strict",
        """{"zoo":1,"metadata":{"name":"x","nme":1},"data":{"k":"1","k":"2"},"data":{},"ant":1}""", 400,
        "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: unknown field \"zoo\", unknown field \"metadata.nme\", duplicate field \"data.k\", duplicate field \"data\", unknown field \"ant\"");

    [TestCase("{}", "Required value: protected groups must have approval annotation \"api-approved.kubernetes.io\", see https://github.com/kubernetes/enhancements/pull/1111")]
    [TestCase("{\"api-approved.kubernetes.io\":\"yes\"}", "Invalid value: \"yes\": protected groups must have approval annotation \"api-approved.kubernetes.io\" with either a URL or a reason starting with \"unapproved\", see https://github.com/kubernetes/enhancements/pull/1111")]
    public Task Definition_in_a_group_of_the_community_needs_an_approval(string annotations, string problem) => ExpectAsync("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
        """{"metadata":{"name":"foos.x.k8s.io","annotations":ANNOTATIONS},"spec":{"group":"x.k8s.io","scope":"Cluster","names":{"plural":"foos","kind":"Foo"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}"""
            .Replace("ANNOTATIONS", annotations, StringComparison.Ordinal),
        422, $"CustomResourceDefinition.apiextensions.k8s.io \"foos.x.k8s.io\" is invalid: metadata.annotations[api-approved.kubernetes.io]: {problem}");

    [TestCase("?limit=abc", 400, "strconv.ParseInt: parsing \"abc\": invalid syntax")]
    [TestCase("?timeoutSeconds=abc", 400, "strconv.ParseInt: parsing \"abc\": invalid syntax")]
    [TestCase("/a?resourceVersion=abc", 500, "resourceVersion: Invalid value: \"abc\": strconv.ParseUint: parsing \"abc\": invalid syntax")]
    public Task Numbers_of_a_query_are_checked(string query, int code, string message) => ExpectAsync("GET", Maps + query, null, code, message);

    [TestCase(Maps, "PartialObjectMetadata", 406, "you requested PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)")]
    [TestCase(Maps + "/a", "PartialObjectMetadataList", 406, "you requested PartialObjectMetadataList, but the requested object is not a list (*core.ConfigMap)")]
    [TestCase("/apis/test.example.com/v1/gadgets", "PartialObjectMetadata", 406, "you requested PartialObjectMetadata, but the requested object is a list (*unstructured.UnstructuredList)")]
    [TestCase(Maps + "/a?includeObject=Foo", "Table", 400, "Unable to convert to Table as requested: includeObject: Invalid value: \"Foo\": must be 'Metadata', 'Object', 'None', or empty")]
    public async Task Representation_that_does_not_fit_is_refused(string path, string shape, int code, string message)
    {
        using var response = await Client.SendAsync("GET", path, headers: [KeyValuePair.Create("Accept", $"application/json;as={shape};g=meta.k8s.io;v=v1")]);
        var status = System.Text.Json.Nodes.JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.That(((int)response.StatusCode, (string?)status["message"]), Is.EqualTo((code, message)));
    }
}
