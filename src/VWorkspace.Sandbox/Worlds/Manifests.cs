using System.IO.Compression;
using System.Reflection;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.Yaml;

namespace VWorkspace.Sandbox.Worlds;

/// <summary>A manifest and where it came from, for messages.</summary>
/// <param name="Source">File or resource.</param>
/// <param name="Content">The object.</param>
public sealed record Manifest(string Source, JsonObject Content);

/// <summary>Manifests inside the assembly and in directories.</summary>
public static class Manifests
{
    private static readonly string[] Endings = [".yaml", ".yml", ".yaml.gz", ".yml.gz"];

    /// <summary>The CustomResourceDefinitions of this repository.</summary>
    public static IReadOnlyList<Manifest> OperatorCrds { get; } = Embedded("crds/");

    /// <summary>The trimmed CustomResourceDefinitions of Flux.</summary>
    public static IReadOnlyList<Manifest> FluxCrds { get; } = Embedded("flux-crds/");

    /// <summary>Text of the Nextcloud sample: a Namespace and an ApplicationInstance.</summary>
    public static string Nextcloud { get; } = Text("samples/nextcloud.yaml");

    /// <summary>All manifests below a directory, in the order of their names.</summary>
    /// <exception cref="SandboxUsageException">The directory does not exist, cannot be read, or holds a file that is not YAML.</exception>
    public static IReadOnlyList<Manifest> Directory(string path)
    {
        if (!System.IO.Directory.Exists(path)) throw new SandboxUsageException($"directory '{path}' does not exist");
        try
        {
            return
            [
                .. System.IO.Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
                    .Where(file => Endings.Any(ending => file.EndsWith(ending, StringComparison.OrdinalIgnoreCase)))
                    .Order(StringComparer.Ordinal)
                    .SelectMany(file => Parse(file, Read(file))),
            ];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new SandboxUsageException($"directory '{path}' cannot be read: {fault.Message}");
        }
    }

    /// <summary>The manifests of a text.</summary>
    /// <param name="source">Where it came from, for messages.</param>
    /// <param name="yaml">The text.</param>
    /// <exception cref="SandboxUsageException">The text is not YAML.</exception>
    public static IReadOnlyList<Manifest> Parse(string source, string yaml)
    {
        try
        {
            return [.. KubernetesYaml.ParseObjects(yaml).Select(content => new Manifest(source, content))];
        }
        catch (KubernetesYamlException invalid)
        {
            throw new SandboxUsageException($"{source}: {invalid.Message}");
        }
    }

    private static string Read(string file)
    {
        using Stream stream = File.OpenRead(file);
        using Stream plain = file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(stream, CompressionMode.Decompress) : stream;
        using var reader = new StreamReader(plain);
        return reader.ReadToEnd();
    }

    private static List<Manifest> Embedded(string prefix) =>
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .SelectMany(name => Parse(name, Text(name))),
    ];

    private static string Text(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the assembly holds no resource '{name}'");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
