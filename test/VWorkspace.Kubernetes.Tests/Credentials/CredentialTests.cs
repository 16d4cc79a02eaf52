using System.Net;
using VWorkspace.Kubernetes.Credentials;
using VWorkspace.Kubernetes.Tests.Client;
using VWorkspace.Kubernetes.Tests.Wire;
using VWorkspace.TestSupport;

namespace VWorkspace.Kubernetes.Tests.Credentials;

[TestFixture]
[Platform("Unix,Linux,MacOsX", Reason = "the plugins are shell scripts")]
public sealed class CredentialTests
{
    private string _directory = string.Empty;

    [SetUp]
    public void MakeDirectory() => _directory = Directory.CreateTempSubdirectory("credentials-").FullName;

    [TearDown]
    public void RemoveDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    public async Task Token_file_is_read_again_and_outlives_its_disappearance()
    {
        var time = new ManualTimeProvider();
        string file = Path.Combine(_directory, "token");
        await File.WriteAllTextAsync(file, "one\n");
        KubernetesCredential credential = KubernetesCredential.TokenFile(file);
        async Task<string?> Shown() => (await credential.GetAsync(time, CancellationToken.None)).Authorization?.Parameter;

        Assert.That(await Shown(), Is.EqualTo("one"));
        await File.WriteAllTextAsync(file, "two");
        Assert.That(await Shown(), Is.EqualTo("one"), "not every call reads the file");
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.That(await Shown(), Is.EqualTo("two"));
        File.Delete(file);
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.That(await Shown(), Is.EqualTo("two"));
    }

    [Test]
    public async Task Rotated_token_is_taken_up_at_once_after_a_401()
    {
        string file = Path.Combine(_directory, "token");
        await File.WriteAllTextAsync(file, "old");
        await using var server = new RawServer((request, response) => request.Header("Authorization") == "Bearer new" ? response.JsonAsync(200, Widget.Json("a")) : response.JsonAsync(401, "{}"));
        await using KubernetesClient client = TestClients.For(server.Address, with: c => c with { Credential = KubernetesCredential.TokenFile(file) });
        Assert.That((await client.GetAsync(Widget.Resource, new("ns", "a"), TestClients.Limit())).Error!.Code, Is.EqualTo(401));

        await File.WriteAllTextAsync(file, "new");

        Assert.That((await client.GetAsync(Widget.Resource, new("ns", "a"), TestClients.Limit())).IsSuccess);
        Assert.That(server.Requests.Select(r => r.Header("Authorization")), Is.EqualTo(new[] { "Bearer old", "Bearer old", "Bearer new" }));
    }

    [Test]
    public async Task Missing_token_file_is_a_credential_fault_that_names_it()
    {
        await using var server = new RawServer((_, response) => response.JsonAsync(200, "{}"));
        await using KubernetesClient client = TestClients.For(server.Address, with: c => c with { Credential = KubernetesCredential.TokenFile("/nowhere/token") });

        var fault = await Assert.ThrowsAsync<KubernetesTransportException>(() => client.GetAsync(Widget.Resource, new("ns", "a"), TestClients.Limit()));

        Assert.That(fault!.Fault, Is.EqualTo(TransportFault.Credential));
        Assert.That(fault.Message, Does.Contain("/nowhere/token"));
        Assert.That(server.Requests, Is.Empty);
    }

    [Test]
    public async Task Plugin_gets_arguments_environment_and_cluster_and_is_asked_again_when_its_token_expires()
    {
        var time = new ManualTimeProvider();
        string script = await ScriptAsync("""
            echo "$1 $GREETING $KUBERNETES_EXEC_INFO" >> {_dir_}/calls
            printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t%s","expirationTimestamp":"2026-01-01T01:00:00Z"}}' "$(wc -l < {_dir_}/calls | tr -d ' ')"
            """.Replace("{_dir_}", _directory, StringComparison.Ordinal));
        string config = Path.Combine(_directory, "config");
        await File.WriteAllTextAsync(config, $$"""
            current-context: x
            contexts: [{name: x, context: {cluster: c, user: u} }]
            clusters:
            - name: c
              cluster:
                server: https://h
                extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: a1} }]
            users:
            - name: u
              user:
                exec:
                  apiVersion: client.authentication.k8s.io/v1
                  command: ./{{Path.GetFileName(script)}}
                  args: [first]
                  env: [{name: GREETING, value: hello}]
                  provideClusterInfo: true
                  interactiveMode: Never
            """);
        KubernetesCredential credential = KubernetesClientConfiguration.FromKubeconfigFile(config).Credential;
        async Task<string?> Shown() => (await credential.GetAsync(time, TestClients.Limit())).Authorization?.Parameter;

        string?[] several = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Shown()));
        time.Advance(TimeSpan.FromMinutes(59));
        string? still = await Shown();
        time.Advance(TimeSpan.FromMinutes(2));

        Assert.That(several, Is.All.EqualTo("t1"));
        Assert.That(still, Is.EqualTo("t1"));
        Assert.That(await Shown(), Is.EqualTo("t2"));
        Assert.That((await File.ReadAllLinesAsync(Path.Combine(_directory, "calls")))[0], Is.EqualTo(
            """first hello {"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":{"interactive":false,"cluster":{"server":"https://h","config":{"audience":"a1"}}}}"""));
    }

    [Test]
    public async Task Plugin_is_asked_again_after_a_401_and_only_once_for_each_call()
    {
        string script = await ScriptAsync("""
            echo x >> {_dir_}/calls
            printf '{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","status":{"token":"t%s"}}' "$(wc -l < {_dir_}/calls | tr -d ' ')"
            """.Replace("{_dir_}", _directory, StringComparison.Ordinal));
        await using var server = new RawServer((request, response) => response.JsonAsync(request.Header("Authorization") == "Bearer t2" ? 200 : 401, Widget.Json("a")));
        await using KubernetesClient client = TestClients.For(server.Address, with: c => c with
        {
            Credential = KubernetesCredential.Exec(new() { Command = script, ApiVersion = "client.authentication.k8s.io/v1beta1" }),
        });

        Assert.That((await client.GetAsync(Widget.Resource, new("ns", "a"), TestClients.Limit())).IsSuccess);
        Assert.That((await client.GetAsync(Widget.Resource, new("ns", "a"), TestClients.Limit())).IsSuccess);

        Assert.That(server.Requests.Select(r => r.Header("Authorization")), Is.EqualTo(new[] { "Bearer t1", "Bearer t2", "Bearer t2" }));
    }

    [TestCase("echo geheim; echo geheim >&2; exit 3", "exit code 3")]
    [TestCase("echo geheim", "did not print JSON")]
    [TestCase("echo '{\"kind\":\"geheim\"}'", "did not print an ExecCredential")]
    [TestCase("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1beta1\",\"status\":{\"token\":\"geheim\"}}'", "another apiVersion")]
    [TestCase("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{}}'", "neither a token nor a client certificate")]
    [TestCase("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{\"clientKeyData\":\"geheim\",\"token\":\"geheim\"}}'", "only one of")]
    [TestCase("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{\"clientCertificateData\":\"geheim\",\"clientKeyData\":\"geheim\"}}'", "clientCertificateData")]
    [TestCase("sleep 600", "did not end within 0.2 s")]
    public async Task Plugin_that_fails_is_explained_without_its_output(string body, string expected)
    {
        string script = await ScriptAsync(body);
        KubernetesCredential credential = KubernetesCredential.Exec(new() { Command = script, Timeout = body.StartsWith("sleep", StringComparison.Ordinal) ? TimeSpan.FromSeconds(0.2) : TestClients.Patience });

        var e = await Assert.ThrowsAsync<KubernetesConfigurationException>(() => credential.GetAsync(TimeProvider.System, TestClients.Limit()).AsTask());

        Assert.That(e!.Message, Does.Contain(expected));
        Assert.That(e.ToString(), Does.Not.Contain("geheim"));
    }

    [Test]
    public async Task Plugin_that_is_not_installed_is_told_with_its_hint()
    {
        KubernetesCredential credential = KubernetesCredential.Exec(new() { Command = "no-such-plugin-here", InstallHint = "apt install it" });

        var e = await Assert.ThrowsAsync<KubernetesConfigurationException>(() => credential.GetAsync(TimeProvider.System, TestClients.Limit()).AsTask());

        Assert.That(e!.Message, Does.Contain("no-such-plugin-here").And.Contain("apt install it"));
    }

    [Test]
    public async Task Plugin_may_give_a_client_certificate()
    {
        TestCertificate certificate = TestCertificates.MakeClient("plugin");
        string output = new System.Text.Json.Nodes.JsonObject
        {
            ["apiVersion"] = "client.authentication.k8s.io/v1",
            ["kind"] = "ExecCredential",
            ["status"] = new System.Text.Json.Nodes.JsonObject { ["clientCertificateData"] = certificate.Pem, ["clientKeyData"] = certificate.KeyPem },
        }.ToJsonString();
        await File.WriteAllTextAsync(Path.Combine(_directory, "out"), output);
        KubernetesCredential credential = KubernetesCredential.Exec(new() { Command = await ScriptAsync($"cat {_directory}/out") });

        RequestCredential shown = await credential.GetAsync(TimeProvider.System, TestClients.Limit());

        Assert.That(shown.ClientCertificate!.TargetCertificate.Subject, Is.EqualTo("CN=plugin"));
        Assert.That(shown.Authorization, Is.Null);
    }

    private async Task<string> ScriptAsync(string body)
    {
        string path = Path.Combine(_directory, "plugin.sh");
        await File.WriteAllTextAsync(path, "#!/bin/sh\n" + body + "\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
