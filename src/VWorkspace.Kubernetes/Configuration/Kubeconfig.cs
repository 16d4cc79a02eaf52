using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.Yaml;

namespace VWorkspace.Kubernetes;

/// <summary>
/// Kubeconfig files merged by kubectl's rules: the first file that has an entry of a name gives all of that entry, the first that has a current context gives that.
/// </summary>
internal sealed class Kubeconfig
{
    private readonly Dictionary<string, KubeconfigEntry> _clusters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, KubeconfigEntry> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, KubeconfigEntry> _contexts = new(StringComparer.Ordinal);
    private readonly List<string> _files = [];

    /// <summary>Files that were there.</summary>
    public IReadOnlyList<string> Files => _files;

    public string? CurrentContext { get; private set; }

    public IReadOnlyDictionary<string, KubeconfigEntry> Clusters => _clusters;

    public IReadOnlyDictionary<string, KubeconfigEntry> Users => _users;

    public IReadOnlyDictionary<string, KubeconfigEntry> Contexts => _contexts;

    /// <summary>Reads and merges files.</summary>
    /// <exception cref="KubernetesConfigurationException">A file cannot be read or is no kubeconfig.</exception>
    public static Kubeconfig Load(IReadOnlyList<string> files, bool mayBeMissing)
    {
        var merged = new Kubeconfig();
        foreach (string file in files)
        {
            if (mayBeMissing && !File.Exists(file)) continue;
            merged.Add(file);
        }

        return merged;
    }

    private void Add(string file)
    {
        string text = ConfigurationFile.ReadText(file, "kubeconfig");
        _files.Add(file);
        JsonObject root;
        try
        {
            IReadOnlyList<JsonObject> documents = KubernetesYaml.ParseObjects(text);
            if (documents.Count == 0) return; // an empty file is an empty configuration
            root = documents.Count == 1 ? documents[0] : throw new KubernetesConfigurationException($"kubeconfig {file}: holds more than one YAML document");
        }
        catch (KubernetesYamlException e)
        {
            throw new KubernetesConfigurationException($"kubeconfig {file}: {e.Message}", e);
        }

        var entry = new KubeconfigEntry(file, string.Empty, root);
        if (entry.Text("kind") is { } kind && kind != "Config") throw entry.Bad("kind", "is not Config: this is no kubeconfig");
        CurrentContext ??= entry.Text("current-context");
        Merge(_clusters, entry, "clusters", "cluster");
        Merge(_users, entry, "users", "user");
        Merge(_contexts, entry, "contexts", "context");
    }

    private static void Merge(Dictionary<string, KubeconfigEntry> all, KubeconfigEntry root, string list, string member)
    {
        var here = new HashSet<string>(StringComparer.Ordinal);
        foreach (KubeconfigEntry named in root.Sections(list))
        {
            string name = named.Text("name") ?? throw named.Bad("name", "is missing");
            if (!here.Add(name)) throw named.Bad("name", $"'{name}' occurs twice in the list");
            JsonObject value = named.Section(member)?.Value ?? [];
            all.TryAdd(name, new(root.File, $"{list}[{name}].{member}", value));
        }
    }
}
