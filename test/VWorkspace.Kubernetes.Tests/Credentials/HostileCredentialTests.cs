using VWorkspace.Kubernetes.Credentials;
using VWorkspace.Kubernetes.Tests.Client;
using VWorkspace.TestSupport;

namespace VWorkspace.Kubernetes.Tests.Credentials;

/// <summary>Files and plugins that give what cannot be sent.</summary>
[TestFixture]
[Platform("Unix,Linux,MacOsX", Reason = "the plugins are shell scripts")]
public sealed class HostileCredentialTests
{
    private const string Head = """{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":""";
    private string _directory = string.Empty;

    [SetUp]
    public void MakeDirectory() => _directory = Directory.CreateTempSubdirectory("hostile-credentials-").FullName;

    [TearDown]
    public void RemoveDirectory() => Directory.Delete(_directory, recursive: true);

    [TestCase("""{"token":"geheim\nX-Evil: 1"}}""", "white space or control characters")]
    [TestCase("""{"token":"geheim\u0000"}}""", "white space or control characters")]
    [TestCase("""{"token":"geheim","token":"geheim2"}}""", "did not print JSON")]
    [TestCase("""{"token":5}}""", "neither a token nor a client certificate")]
    [TestCase("""{"token":"geheim","expirationTimestamp":"soon"}}""", "expirationTimestamp")]
    [TestCase("""null}""", "no status")]
    public async Task Plugin_that_prints_what_cannot_be_used_is_a_configuration_fault_without_its_output(string status, string expected)
    {
        KubernetesCredential credential = await PluginAsync(Head + status);

        var e = await Assert.ThrowsAsync<KubernetesConfigurationException>(() => credential.GetAsync(TimeProvider.System, TestClients.Limit()).AsTask());

        Assert.That(e!.Message, Does.Contain(expected));
        Assert.That(e.ToString(), Does.Not.Contain("geheim"));
    }

    [Test]
    public async Task Plugin_that_prints_without_end_is_stopped_and_told_as_that()
    {
        string script = Path.Combine(_directory, "plugin.sh");
        await WriteScriptAsync(script, "yes geheim");
        KubernetesCredential credential = KubernetesCredential.Exec(new() { Command = script, Timeout = TimeSpan.FromMinutes(10) });

        var e = await Assert.ThrowsAsync<KubernetesConfigurationException>(() => credential.GetAsync(TimeProvider.System, TestClients.Limit()).AsTask());

        Assert.That(e!.Message, Does.Contain("printed more than"));
    }

    [Test]
    public async Task Token_with_white_space_around_it_is_trimmed()
    {
        KubernetesCredential credential = await PluginAsync(Head + """{"token":" t1\r\n"}}""");
        Assert.That((await credential.GetAsync(TimeProvider.System, TestClients.Limit())).Authorization!.Parameter, Is.EqualTo("t1"));
    }

    [Test]
    public async Task Plugin_that_gives_the_same_certificate_again_keeps_the_connections()
    {
        var time = new ManualTimeProvider();
        TestCertificate certificate = TestCertificates.MakeClient("plugin");
        string text = new System.Text.Json.Nodes.JsonObject
        {
            ["apiVersion"] = "client.authentication.k8s.io/v1",
            ["kind"] = "ExecCredential",
            ["status"] = new System.Text.Json.Nodes.JsonObject
            {
                ["clientCertificateData"] = certificate.Pem, ["clientKeyData"] = certificate.KeyPem, ["expirationTimestamp"] = "2026-01-01T00:01:00Z",
            },
        }.ToJsonString();
        KubernetesCredential credential = await PluginAsync(text);

        RequestCredential first = await credential.GetAsync(time, TestClients.Limit());
        time.Advance(TimeSpan.FromHours(1));
        RequestCredential second = await credential.GetAsync(time, TestClients.Limit());

        Assert.That(second, Is.Not.SameAs(first), "the plugin was asked again");
        Assert.That(second.ClientCertificate, Is.SameAs(first.ClientCertificate));
    }

    [TestCase("two words")]
    [TestCase("a\nb")]
    [TestCase("a\0b")]
    public async Task Token_file_that_holds_more_than_a_token_is_a_credential_fault(string text)
    {
        string file = Path.Combine(_directory, "token");
        await File.WriteAllTextAsync(file, text);
        await using KubernetesClient client = TestClients.For(new Uri("http://127.0.0.1:1"), with: c => c with { Credential = KubernetesCredential.TokenFile(file) });

        var fault = await Assert.ThrowsAsync<KubernetesTransportException>(() => client.GetAsync(Widget.Resource, new("ns", "a"), TestClients.Limit()));

        Assert.That(fault!.Fault, Is.EqualTo(TransportFault.Credential));
        Assert.That(fault.ToString(), Does.Contain(file).And.Not.Contain(text));
    }

    [Test]
    public async Task Token_beside_a_token_file_is_sent_until_the_file_can_be_read()
    {
        var time = new ManualTimeProvider();
        string file = Path.Combine(_directory, "token"), config = Path.Combine(_directory, "config");
        await File.WriteAllTextAsync(config, $"current-context: x\ncontexts: [{{name: x, context: {{cluster: c, user: u}}}}]\nclusters: [{{name: c, cluster: {{server: 'https://h'}}}}]\nusers: [{{name: u, user: {{token: inline, tokenFile: token}}}}]\n");
        KubernetesCredential credential = KubernetesClientConfiguration.FromKubeconfigFile(config).Credential;
        async Task<string?> Shown() => (await credential.GetAsync(time, CancellationToken.None)).Authorization?.Parameter;

        Assert.That(await Shown(), Is.EqualTo("inline"));
        await File.WriteAllTextAsync(file, "rotated");
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.That(await Shown(), Is.EqualTo("rotated"));
        File.Delete(file);
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.That(await Shown(), Is.EqualTo("rotated"), "never back to the one before");
    }

    [Test]
    public async Task Token_file_wins_from_the_first_request_when_it_is_there()
    {
        string config = Path.Combine(_directory, "config");
        await File.WriteAllTextAsync(Path.Combine(_directory, "token"), "file");
        await File.WriteAllTextAsync(config, "current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: 'https://h'}}]\nusers: [{name: u, user: {token: inline, tokenFile: token}}]\n");
        KubernetesCredential credential = KubernetesClientConfiguration.FromKubeconfigFile(config).Credential;
        Assert.That((await credential.GetAsync(TimeProvider.System, CancellationToken.None)).Authorization!.Parameter, Is.EqualTo("file"));
    }

    [Test]
    public void Token_given_in_code_is_checked_and_not_repeated() =>
        Assert.That(() => KubernetesCredential.BearerToken("geheim\r\nX: y"), Throws.ArgumentException.With.Message.Not.Contains("geheim"));

    private async Task<KubernetesCredential> PluginAsync(string output)
    {
        string script = Path.Combine(_directory, "plugin.sh"), text = Path.Combine(_directory, "output");
        await File.WriteAllTextAsync(text, output);
        await WriteScriptAsync(script, $"cat {text}");
        return KubernetesCredential.Exec(new() { Command = script, Timeout = TestClients.Patience });
    }

    private static async Task WriteScriptAsync(string path, string body)
    {
        await File.WriteAllTextAsync(path, "#!/bin/sh\n" + body + "\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
