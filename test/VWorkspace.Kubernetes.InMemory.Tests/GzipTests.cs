using System.IO.Compression;
using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Tests;

/// <summary>Large answers are compressed for those who take it.</summary>
[TestFixture]
public sealed class GzipTests
{
    private const string List = "/api/v1/namespaces/default/configmaps";

    private static IEnumerable<TestCaseData> Answers()
    {
        yield return new TestCaseData(List, "gzip", "application/json", true).SetName("Long_list_is_compressed");
        yield return new TestCaseData(List, "deflate, gzip", "application/json;as=Table;v=v1;g=meta.k8s.io", true).SetName("Long_table_is_compressed");
        yield return new TestCaseData(List, "gzip", "application/yaml", true).SetName("Long_yaml_is_compressed");
        yield return new TestCaseData(List + "/c0", "gzip", "application/json", true).SetName("Large_object_is_compressed");
        yield return new TestCaseData(List, "identity", "application/json", false).SetName("Client_that_takes_no_gzip_gets_none");
        yield return new TestCaseData(List + "?limit=1&labelSelector=none", "gzip", "application/json", false).SetName("Short_list_is_not_compressed");
        yield return new TestCaseData("/api/v1/namespaces/default", "gzip", "application/json", false).SetName("Small_object_is_not_compressed");
    }

    [TestCaseSource(nameof(Answers))]
    public async Task Answer_is_compressed_when_large_and_wanted(string path, string encoding, string accept, bool compressed)
    {
        await using var server = await InMemoryApiServer.StartAsync();
        using var client = new TestClient(server);
        for (int i = 0; i < 3; i++) await server.CreateAsync(TestData.ConfigMap($"c{i}", text: new string('x', 140_000)));

        string include = accept.Contains("as=Table", StringComparison.Ordinal) ? "?includeObject=Object" : "";
        using HttpResponseMessage plain = await client.SendAsync("GET", path + include, headers: [KeyValuePair.Create("Accept", accept)]);
        using HttpResponseMessage response = await client.SendAsync("GET", path + include, headers: [KeyValuePair.Create("Accept-Encoding", encoding), KeyValuePair.Create("Accept", accept)]);

        Assert.That(response.Content.Headers.ContentEncoding, compressed ? Is.EqualTo(new[] { "gzip" }) : Is.Empty);
        Assert.That(response.Headers.Vary, compressed ? Does.Contain("Accept-Encoding") : Is.Empty);
        await using Stream body = await response.Content.ReadAsStreamAsync();
        using var reader = new StreamReader(compressed ? new GZipStream(body, CompressionMode.Decompress) : body);
        Assert.That(await reader.ReadToEndAsync(), Is.EqualTo(await plain.Content.ReadAsStringAsync()));
    }

    [Test]
    public async Task Watch_is_never_compressed()
    {
        await using var server = await InMemoryApiServer.StartAsync();
        using var client = new TestClient(server);
        await server.CreateAsync(TestData.ConfigMap("a", text: new string('x', 200_000)));

        using HttpResponseMessage response = await client.SendAsync("GET", List + "?watch=true", headers: [KeyValuePair.Create("Accept-Encoding", "gzip")]);

        Assert.That(response.Content.Headers.ContentEncoding, Is.Empty);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.That((string?)JsonNode.Parse((await reader.ReadLineAsync())!)!["object"]!["metadata"]!["name"], Is.EqualTo("a"));
    }
}
