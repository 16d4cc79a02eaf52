using System.Text;
using VWorkspace.Kubernetes.Credentials;

namespace VWorkspace.Kubernetes.Tests.Kubeconfig;

[TestFixture]
public sealed class KubeconfigTests
{
    private string _directory = string.Empty;

    [SetUp]
    public void MakeDirectory() => _directory = Directory.CreateTempSubdirectory("kubeconfig-").FullName;

    [TearDown]
    public void RemoveDirectory() => Directory.Delete(_directory, recursive: true);

    private const string Basic = """
        apiVersion: v1
        kind: Config
        current-context: dev
        contexts:
        - name: dev
          context: {cluster: c1, user: u1, namespace: team}
        - name: other
          context: {cluster: c2, user: u2}
        clusters:
        - name: c1
          cluster: {server: "https://one.example.com:6443", tls-server-name: inner.example.com, proxy-url: "socks5://p.example.com:1080"}
        - name: c2
          cluster: {server: "https://two.example.com/prefix", insecure-skip-tls-verify: true, disable-compression: true}
        users:
        - name: u1
          user: {token: token-one, as: jane, as-uid: "7", as-groups: ["g,1"], as-user-extra: {"Reason/100%": [p]}}
        - name: u2
          user: {username: me, password: pass}
        """;

    [Test]
    public async Task Current_context_gives_server_namespace_tls_proxy_and_identity()
    {
        KubernetesClientConfiguration config = KubernetesClientConfiguration.FromKubeconfigFile(Write("config", Basic));

        Assert.That((config.Server.ToString(), config.Namespace, config.TlsServerName, config.InsecureSkipTlsVerify), Is.EqualTo(("https://one.example.com:6443/", "team", "inner.example.com", false)));
        Assert.That(config.Proxy!.GetProxy(config.Server)!.ToString(), Is.EqualTo("socks5://p.example.com:1080/"));
        Assert.That(await Header(config), Is.EqualTo("Bearer token-one"));
        using var message = new HttpRequestMessage();
        config.Impersonation!.AddTo(message.Headers);
        Assert.That(message.Headers.NonValidated.Select(h => $"{h.Key}={string.Join(";", h.Value)}"), Is.EqualTo(new[]
        {
            "Impersonate-User=jane", "Impersonate-Uid=7", "Impersonate-Group=g,1", "Impersonate-Extra-reason%2F100%25=p",
        }));
    }

    [Test]
    public async Task Named_context_wins_over_the_current_one()
    {
        KubernetesClientConfiguration config = KubernetesClientConfiguration.FromKubeconfigFile(Write("config", Basic), "other");

        Assert.That((config.Server.AbsolutePath, config.Namespace, config.InsecureSkipTlsVerify, config.DisableCompression, config.Impersonation), Is.EqualTo(("/prefix", "default", true, true, (Impersonation?)null)));
        Assert.That(await Header(config), Is.EqualTo("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("me:pass"))));
    }

    [Test]
    public async Task Of_several_files_the_first_gives_each_whole_entry_and_the_current_context()
    {
        string first = Write("first", """
            current-context: dev
            users:
            - name: u1
              user: {token: from-first}
            clusters: null
            """);
        string second = Write("second", Basic.Replace("current-context: dev", "current-context: other", StringComparison.Ordinal));
        var surroundings = new FakeSurroundings { ["KUBECONFIG"] = string.Join(Path.PathSeparator, Path.Combine(_directory, "missing"), first, second, first) };

        KubernetesClientConfiguration config = ConfigurationLoader.Load(null, null, surroundings);

        Assert.That(config.Server.Host, Is.EqualTo("one.example.com"));
        Assert.That(await Header(config), Is.EqualTo("Bearer from-first"));
        Assert.That(config.Impersonation, Is.Null, "the second file's u1 is not mixed in");
    }

    [Test]
    public async Task Relative_paths_are_relative_to_the_file_that_holds_them()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "sub"));
        Write("sub/tok", "from-file\n");
        Write("sub/ca.pem", TestCertificates.Authority.Pem);
        string file = Write("sub/config", """
            current-context: x
            contexts: [{name: x, context: {cluster: c, user: u}}]
            clusters: [{name: c, cluster: {server: "https://h", certificate-authority: ./ca.pem}}]
            users: [{name: u, user: {tokenFile: tok, token: stale}}]
            """);

        KubernetesClientConfiguration config = KubernetesClientConfiguration.FromKubeconfigFile(file);

        Assert.That(config.CertificateAuthorityFile, Is.EqualTo(Path.Combine(_directory, "sub", "ca.pem")));
        Assert.That(await Header(config), Is.EqualTo("Bearer from-file"), "the file wins over the token");
    }

    [TestCase("server: 'h:6443'", "", "http://h:6443/")]
    [TestCase("server: 'h:6443', insecure-skip-tls-verify: true", "", "https://h:6443/")]
    public void Server_without_scheme_is_completed_as_upstream_does(string cluster, string user, string expected) =>
        Assert.That(KubernetesClientConfiguration.FromKubeconfigFile(Write("config", Minimal(cluster, user))).Server.ToString(), Is.EqualTo(expected));

    private static IEnumerable<TestCaseData> Mistakes()
    {
        TestCaseData Case(string name, string text, params string[] parts) => new TestCaseData(text, parts).SetName($"Mistake_is_explained_{name}");
        yield return Case("not_yaml", "a: [", "yaml: line");
        yield return Case("another_kind", "kind: Deployment", "kind is not Config");
        yield return Case("no_current_context", "contexts: [{name: x, context: {cluster: c}}]", "current-context is not set", "use-context", "x");
        yield return Case("unknown_context", "current-context: zz\ncontexts: [{name: x, context: {cluster: c}}]", "no context 'zz'", "there are: x");
        yield return Case("unknown_cluster", "current-context: x\ncontexts: [{name: x, context: {cluster: c}}]", "contexts[x].context.cluster names 'c'", "there are none");
        yield return Case("unknown_user", "current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: 'https://h'}}]", "context.user names 'u'");
        yield return Case("no_server", Minimal("", ""), "clusters[c].cluster.server is missing");
        yield return Case("bad_server", Minimal("server: 'ftp://h'", ""), "must be an https (or http) URL");
        yield return Case("password_in_server", Minimal("server: 'https://a:geheim@h'", ""), "must not hold user and password");
        yield return Case("bad_ca", Minimal("server: 'https://h', certificate-authority-data: '***'", ""), "certificate-authority-data is not valid base64");
        yield return Case("ca_and_insecure", Minimal("server: 'https://h', certificate-authority-data: eA==, insecure-skip-tls-verify: true", ""), "exclude each other");
        yield return Case("bad_proxy", Minimal("server: 'https://h', proxy-url: 'ftp://geheim'", ""), "proxy-url must be");
        yield return Case("numeric_token", Minimal("server: 'https://h'", "token: 4711"), "users[u].user.token must be a string", "quotes");
        yield return Case("token_and_password", Minimal("server: 'https://h'", "token: geheim, username: a, password: geheim"), "exclude each other");
        yield return Case("key_without_certificate", Minimal("server: 'https://h'", "client-key-data: geheim"), "client-key-data is not valid base64");
        yield return Case("certificate_without_key", Minimal("server: 'https://h'", "client-certificate: a.pem"), "client-key-data (or client-key) is missing");
        yield return Case("bad_certificate", Minimal("server: 'https://h'", "client-certificate-data: Z2VoZWlt, client-key-data: Z2VoZWlt"), "users[u].user", "client certificate");
        yield return Case("auth_provider", Minimal("server: 'https://h'", "auth-provider: {name: gcp}"), "auth-provider is no longer supported", "exec");
        yield return Case("exec_old_version", Minimal("server: 'https://h'", "exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: x}"), "v1alpha1' is not supported", "users[u].user.exec");
        yield return Case("exec_interactive", Minimal("server: 'https://h'", "exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Always}"), "needs a terminal");
        yield return Case("exec_without_command", Minimal("server: 'https://h'", "exec: {apiVersion: client.authentication.k8s.io/v1}"), "exec.command is missing");
        yield return Case("as_groups_without_as", Minimal("server: 'https://h'", "as-groups: [a]"), "as is missing");
        yield return Case("twice_the_same_name", "users: [{name: a, user: {}}, {name: a, user: {}}]", "'a' occurs twice");
        yield return Case("list_is_a_mapping", "users: {a: b}", "users must be a list");
    }

    [TestCaseSource(nameof(Mistakes))]
    public void Mistake_is_explained(string text, string[] parts)
    {
        string file = Write("config", text);

        var e = Assert.Throws<KubernetesConfigurationException>(() => KubernetesClientConfiguration.FromKubeconfigFile(file))!;

        Assert.That(e.Message, Does.Contain(file));
        foreach (string part in parts) Assert.That(e.Message, Does.Contain(part));
        Assert.That(e.ToString(), Does.Not.Contain("geheim"));
    }

    /// <summary>A header that is left out in silence would send the request with our own rights.</summary>
    [TestCase("a\nb")]
    [TestCase("a\0b")]
    [TestCase("")]
    public void Impersonation_that_does_not_fit_into_a_header_is_refused(string user)
    {
        var configuration = new KubernetesClientConfiguration { Server = new Uri("https://h"), Impersonation = new() { User = user } };

        Assert.That(() => new KubernetesClient(configuration), Throws.TypeOf<KubernetesConfigurationException>());
        Assert.That(() => new KubernetesClient(configuration with { Impersonation = new() { User = "x", Groups = [user + "\r"] } }), Throws.TypeOf<KubernetesConfigurationException>());
    }

    [Test]
    public void Explicit_file_must_exist() =>
        Assert.That(() => KubernetesClientConfiguration.Load("/nowhere/config"), Throws.TypeOf<KubernetesConfigurationException>().With.Message.Contains("/nowhere/config"));

    [Test]
    public void Order_is_explicit_then_KUBECONFIG_then_pod_then_home()
    {
        string One(string name, string host) => Write(name, Minimal($"server: 'https://{host}'", ""));
        string home = Path.Combine(_directory, "home");
        Directory.CreateDirectory(Path.Combine(home, ".kube"));
        One("home/.kube/config", "home");
        string account = Path.Combine(_directory, "account");
        Directory.CreateDirectory(account);
        Write("account/token", "tok");
        Write("account/namespace", "pod-ns\n");
        var surroundings = new FakeSurroundings
        {
            Home = home, ServiceAccountDirectory = account, ["KUBERNETES_SERVICE_HOST"] = "fd00::1", ["KUBERNETES_SERVICE_PORT"] = "443", ["KUBECONFIG"] = One("env", "env"),
        };

        Assert.That(ConfigurationLoader.Load(One("explicit", "explicit"), null, surroundings).Server.Host, Is.EqualTo("explicit"));
        Assert.That(ConfigurationLoader.Load(null, null, surroundings).Server.Host, Is.EqualTo("env"));
        surroundings["KUBECONFIG"] = null;
        KubernetesClientConfiguration pod = ConfigurationLoader.Load("", null, surroundings);
        Assert.That((pod.Server.Host, pod.Namespace, pod.Proxy), Is.EqualTo(("[fd00::1]", "pod-ns", (System.Net.IWebProxy?)null)));
        surroundings["KUBERNETES_SERVICE_HOST"] = null;
        Assert.That(ConfigurationLoader.Load(null, null, surroundings).Server.Host, Is.EqualTo("home"));
        surroundings.Home = null;
        Assert.That(() => ConfigurationLoader.Load(null, null, surroundings), Throws.TypeOf<KubernetesConfigurationException>().With.Message.Contains("--kubeconfig"));
        surroundings["KUBECONFIG"] = "/nowhere:/nowhere/else";
        surroundings.Home = home;
        surroundings["KUBERNETES_SERVICE_HOST"] = "10.0.0.1";
        Assert.That(ConfigurationLoader.Load(null, null, surroundings).Source, Is.EqualTo("in-cluster"), "files that are all missing are an empty configuration");
        surroundings["KUBERNETES_SERVICE_HOST"] = null;
        Assert.That(() => ConfigurationLoader.Load(null, null, surroundings), Throws.TypeOf<KubernetesConfigurationException>().With.Message.Contains("KUBECONFIG names no file"));
    }

    [Test]
    public void Text_forms_never_hold_credentials()
    {
        KubernetesClientConfiguration config = KubernetesClientConfiguration.FromKubeconfigFile(Write("config", Basic));

        Assert.That(config.ToString(), Does.Contain("context dev").And.Not.Contain("token-one"));
        Assert.That($"{config.Credential} {KubernetesCredential.Exec(new() { Command = "x", Environment = new Dictionary<string, string> { ["P"] = "geheim" } })}", Is.EqualTo("[REDACTED] [REDACTED]"));
        Assert.That(new ExecPluginOptions { Command = "x", Arguments = ["geheim"] }.ToString(), Does.Not.Contain("geheim"));
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static string Minimal(string cluster, string user) => $$"""
        current-context: x
        contexts: [{name: x, context: {cluster: c, user: u} }]
        clusters: [{name: c, cluster: { {{cluster}} } }]
        users: [{name: u, user: { {{user}} } }]
        """;

    private static async Task<string?> Header(KubernetesClientConfiguration config) =>
        (await config.Credential.GetAsync(TimeProvider.System, CancellationToken.None)).Authorization?.ToString();

    private sealed class FakeSurroundings : Dictionary<string, string?>, ISurroundings
    {
        public string? Home { get; set; }

        public string ServiceAccountDirectory { get; set; } = "/nowhere";

        public string? Variable(string name) => this.GetValueOrDefault(name);
    }
}
