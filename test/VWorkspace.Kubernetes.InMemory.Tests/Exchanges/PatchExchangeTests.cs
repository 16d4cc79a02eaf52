using System.Text.RegularExpressions;

namespace VWorkspace.Kubernetes.InMemory.Tests.Exchanges;

/// <summary>Bodies of patches that cannot be read, or whose result cannot.</summary>
[TestFixture]
internal sealed partial class PatchExchangeTests : ExchangeFixture
{
    private const string Map = "/api/v1/namespaces/default/configmaps/a";

    protected override Task PrepareAsync() => Server.ApplyYamlAsync("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: default}, data: {k: v}}");

    [TestCase("merge", "[]", "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}")]
    [TestCase("merge", "null", "Invalid JSON Patch")]
    [TestCase("merge", "{bad", "error decoding patch: invalid character 'b' looking for beginning of object key string")]
    [TestCase("strategic", "{bad", "invalid character 'b' looking for beginning of object key string")]
    [TestCase("strategic", "[]", "json: cannot unmarshal array into Go value of type map[string]interface {}")]
    [TestCase("json", "[5]", "error decoding patch: json: cannot unmarshal number into Go value of type handlers.jsonPatchOp")]
    [TestCase("json", """[{"op":5}]""", "error decoding patch: json: cannot unmarshal number into Go struct field jsonPatchOp.op of type string")]
    [TestCase("apply", "{}", "invalid object type: /, Kind=")]
    [TestCase("apply", "[]", "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}")]
    [TestCase("apply", """{"apiVersion":"v1","kind":"Secret"}""", "invalid object type: /v1, Kind=Secret")]
    [TestCase("apply", """{"apiVersion":"apps/v1","kind":"ConfigMap"}""", "invalid object type: apps/v1, Kind=ConfigMap")]
    [TestCase("apply", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"managedFields":[]}}""", "metadata.managedFields must be nil")]
    public Task Patch_that_cannot_be_read_is_a_bad_request(string verb, string body, string message) => ExpectAsync(verb, Map + (verb == "apply" ? "?fieldManager=m" : ""), body, 400, message);

    [TestCase("merge", """{"data":{"k":5}}""", "json: cannot unmarshal number into Go struct field ConfigMap.data of type string")]
    [TestCase("merge", """{"kind":"Secret"}""", "converting (v1.Secret) to (core.ConfigMap): unknown conversion")]
    [TestCase("json", """[{"op":"add","path":"/dta","value":1}]""", "strict decoding error: unknown field \"dta\"")]
    public async Task Result_that_cannot_be_decoded_is_shown_in_the_answer(string verb, string body, string problem)
    {
        var (code, status) = await SendAsync(verb, Map + "?fieldValidation=Strict", body);
        Assert.That((code, Shown().Replace((string)status["message"]!, "SHOWN")), Is.EqualTo((422, $" \"\" is invalid: patch: Invalid value: SHOWN: {problem}")));
    }

    [Test]
    public Task Strategic_patch_that_cannot_be_decoded_is_shown_as_Go_prints_it() =>
        ExpectAsync("strategic", Map + "?fieldValidation=Strict", """{"dta":{"b":[1,"x",null],"a":true}}""", 422, " \"\" is invalid: patch: Invalid value: \"map[dta:map[a:true b:[1 x <nil>]]]\": strict decoding error: unknown field \"dta\"");

    [Test]
    public async Task Members_that_are_there_twice_are_told_of()
    {
        const string twice = """{"apiVersion":"v1","kind":"ConfigMap","data":{"d":"1","d":"2"}}""";
        const string told = "error converting YAML to JSON: yaml: unmarshal errors:\n  line 1: key \"d\" already set in map";
        await ExpectAsync("apply", Map + "?fieldManager=m&fieldValidation=Strict", twice, 400, "error strict decoding YAML: " + told);
        Assert.That(await WarningsAsync("json", Map, """[{"op":"test","path":"/data/k","value":"v","op":"test","x":1}]"""), Is.EqualTo(new[] { "json patch duplicate field \"[0].op\"", "json patch unknown field \"[0].x\"" }));
    }

    [GeneratedRegex("\"\\{.*\\}\"", RegexOptions.None, 1000)]
    private static partial Regex Shown();
}
