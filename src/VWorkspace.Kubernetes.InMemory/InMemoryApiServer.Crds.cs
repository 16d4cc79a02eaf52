using System.IO.Compression;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Http;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Rest;
using VWorkspace.Kubernetes.Yaml;

namespace VWorkspace.Kubernetes.InMemory;

/// <summary>Installing CustomResourceDefinitions without a client.</summary>
public sealed partial class InMemoryApiServer
{
    private static readonly string[] ManifestEndings = [".yaml", ".yml", ".json", ".yaml.gz", ".yml.gz"];

    /// <summary>Installs or updates the definitions found at the paths: files or directories (read recursively), YAML or JSON, also gzipped. Established when this returns.</summary>
    /// <exception cref="InvalidOperationException">A definition is refused; the message is the API server's.</exception>
    public async Task InstallCrdsAsync(IEnumerable<string> paths, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        foreach (var path in paths)
        {
            var files = Directory.Exists(path)
                ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Where(f => ManifestEndings.Any(e => f.EndsWith(e, StringComparison.Ordinal))).Order(StringComparer.Ordinal)
                : (IEnumerable<string>)[path];
            foreach (var file in files)
            {
                var source = File.OpenRead(file);
                await using (source.ConfigureAwait(false))
                {
                    var stream = file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(source, CompressionMode.Decompress) : (Stream)source;
                    await using (stream.ConfigureAwait(false)) await InstallAsync(KubernetesYaml.ParseObjects(stream), ct).ConfigureAwait(false);
                }
            }
        }
    }

    /// <summary>Installs or updates the definitions at one path.</summary>
    /// <inheritdoc cref="InstallCrdsAsync(IEnumerable{string}, CancellationToken)"/>
    public Task InstallCrdsAsync(string path, CancellationToken ct = default) => InstallCrdsAsync([path], ct);

    /// <summary>Installs or updates the definitions in a YAML text of one or more documents; other kinds in it are skipped.</summary>
    /// <exception cref="InvalidOperationException">A definition is refused; the message is the API server's.</exception>
    public Task InstallCrdYamlAsync(string yaml, CancellationToken ct = default) => InstallAsync(KubernetesYaml.ParseObjects(yaml), ct);

    private async Task InstallAsync(IReadOnlyList<JsonObject> documents, CancellationToken ct)
    {
        var type = _core.Registry.Find("apiextensions.k8s.io", "v1", "customresourcedefinitions")!;
        foreach (var document in documents)
        {
            if (document.Text("kind") == "List")
            {
                await InstallAsync([.. (document.Items("items") ?? []).OfType<JsonObject>().Select(i => i.Copy())], ct).ConfigureAwait(false);
                continue;
            }

            if (document.Text("kind") != type.Kind) continue;
            var options = new WriteParameters { User = ApiCore.SystemUser, FieldManager = "crd-install", FieldValidation = FieldValidation.Ignore };
            try
            {
                var obj = BodyReader.Decode(type, document, options);
                var source = new UpdateSource { Change = live => Renewed(obj, live), MakeNew = () => obj.Copy(), CreatesMissing = true, IsPatch = true };
                await _core.Writer.UpdateAsync(type, "", obj.Name(), "", source, options, ct).ConfigureAwait(false);
            }
            catch (StatusException e)
            {
                throw new InvalidOperationException(e.Message, e);
            }
        }
    }

    private static JsonObject Renewed(JsonObject obj, JsonObject live)
    {
        var copy = obj.Copy();
        copy.Metadata()["resourceVersion"] = live.ResourceVersion();
        return copy;
    }
}
