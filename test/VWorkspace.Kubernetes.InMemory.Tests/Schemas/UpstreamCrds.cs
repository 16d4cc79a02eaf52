using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Schemas;
using VWorkspace.Kubernetes.Yaml;

namespace VWorkspace.Kubernetes.InMemory.Tests.Schemas;

/// <summary>The CRDs of the projects this operator works with, read once.</summary>
internal static class UpstreamCrds
{
    private static readonly ConcurrentDictionary<string, JsonObject> s_read = new(StringComparer.Ordinal);

    /// <summary>The files' names; one empty name when the data is absent, so that the tests can say that they were skipped.</summary>
    public static IEnumerable<string> Names()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (!File.Exists(Path.Combine(directory.FullName, "VWorkspace.sln"))) continue;
            var root = Path.Combine(directory.FullName, "..", "shared", "upstream-crds");
            if (!Directory.Exists(root)) break;
            return Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
                .Where(f => f.EndsWith(".yaml", StringComparison.Ordinal) || f.EndsWith(".yaml.gz", StringComparison.Ordinal))
                .Select(f => Path.GetRelativePath(root, f))
                .Order(StringComparer.Ordinal);
        }

        return [""];
    }

    public static JsonObject Read(string name)
    {
        var root = SharedData.Path("upstream-crds");
        return s_read.GetOrAdd(name, n =>
        {
            using var file = File.OpenRead(Path.Combine(root, n));
            using Stream stream = n.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
            var crd = KubernetesYaml.ParseObjects(stream).Single();
            CrdDefaults.Apply(crd);
            return crd;
        });
    }

    public static IEnumerable<StructuralSchema> SchemasOf(JsonObject crd) =>
        ((JsonArray)crd["spec"]!["versions"]!).Select(v => StructuralSchema.Parse((JsonObject)v!["schema"]!["openAPIV3Schema"]!));
}
