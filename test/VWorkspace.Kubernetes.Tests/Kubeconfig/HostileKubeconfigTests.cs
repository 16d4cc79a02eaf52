using System.Globalization;

namespace VWorkspace.Kubernetes.Tests.Kubeconfig;

/// <summary>Kubeconfigs that are broken, huge or from another system.</summary>
[TestFixture]
public sealed class HostileKubeconfigTests
{
    private string _directory = string.Empty;

    [SetUp]
    public void MakeDirectory() => _directory = Directory.CreateTempSubdirectory("hostile-kubeconfig-").FullName;

    [TearDown]
    public void RemoveDirectory() => Directory.Delete(_directory, recursive: true);

    [TestCase("*geheim")]
    [TestCase("'geheim\\")]
    [TestCase("\"geheim\\q\"")]
    [TestCase("@geheim")]
    [TestCase("`geheim")]
    [TestCase("%geheim: [")]
    [TestCase("geheim: geheim: geheim")]
    [TestCase("{geheim")]
    [TestCase("[geheim]")]
    [TestCase("!!int geheim")]
    [TestCase("\"geheim\\n\\x01geheim\"")]
    public void Secret_that_breaks_the_yaml_is_not_part_of_the_message(string token)
    {
        string file = Write($"current-context: x\ncontexts: [{{name: x, context: {{cluster: c, user: u}}}}]\nclusters: [{{name: c, cluster: {{server: https://h}}}}]\nusers:\n- name: u\n  user:\n    token: {token}\n");

        var e = Assert.Throws<KubernetesConfigurationException>(() => KubernetesClientConfiguration.FromKubeconfigFile(file));

        Assert.That(e!.Message, Does.Contain(file));
        Assert.That(e.ToString(), Does.Not.Contain("geheim"));
    }

    [Test]
    public void Thousands_of_contexts_are_read_and_a_wrong_name_does_not_list_them_all()
    {
        var text = new System.Text.StringBuilder("current-context: gone\r\ncontexts:\r\n");
        for (int i = 0; i < 5000; i++) text.Append(CultureInfo.InvariantCulture, $"- name: x{i}\r\n  context:\r\n    cluster: c{i}\r\n    namespace: n{i}\r\n");
        text.Append("clusters:\r\n");
        for (int i = 0; i < 5000; i++) text.Append(CultureInfo.InvariantCulture, $"- name: c{i}\r\n  cluster:\r\n    server: https://h{i}:6443\r\n");
        string file = Write(text.ToString());

        var e = Assert.Throws<KubernetesConfigurationException>(() => KubernetesClientConfiguration.FromKubeconfigFile(file));
        KubernetesClientConfiguration found = KubernetesClientConfiguration.FromKubeconfigFile(file, "x4999");

        Assert.That(e!.Message, Does.Contain("there is no context 'gone'").And.Contain("and 4980 more"));
        Assert.That(e.Message, Has.Length.LessThan(1000));
        Assert.That((found.Server.Host, found.Namespace), Is.EqualTo(("h4999", "n4999")));
    }

    [TestCase("\uFEFF", "\n")]
    [TestCase("", "\r\n")]
    [TestCase("\uFEFF", "\r\n")]
    public void Byte_order_mark_and_line_ends_of_windows_are_read(string mark, string lineEnd)
    {
        string token = "t0ken";
        string text = string.Join(lineEnd,
            "apiVersion: v1", "kind: Config", "current-context: x", "contexts:", "- name: x", "  context: {cluster: c, user: u}", "clusters:", "- name: c", "  cluster:", "    server: https://h",
            "users:", "- name: u", "  user:", "    token: |", $"      {token}", "");
        string file = Write(mark + text);

        Assert.That(KubernetesClientConfiguration.FromKubeconfigFile(file).Server.Host, Is.EqualTo("h"));
    }

    [Test]
    public void File_that_is_too_large_is_refused_also_behind_a_link()
    {
        string big = Path.Combine(_directory, "big"), link = Path.Combine(_directory, "link");
        using (FileStream stream = File.Create(big)) stream.SetLength(40 * 1024 * 1024);
        File.CreateSymbolicLink(link, big);

        Assert.That(() => KubernetesClientConfiguration.FromKubeconfigFile(link), Throws.TypeOf<KubernetesConfigurationException>().With.Message.Contains("too large"));
    }

    private string Write(string text)
    {
        string file = Path.Combine(_directory, "config");
        File.WriteAllText(file, text);
        return file;
    }
}
