using YamlDotNet.RepresentationModel;

namespace VWorkspace.Api.Tests.Schemas;

/// <summary>The CRD documents of the repository.</summary>
internal static class CrdFiles
{
    public static string Root
    {
        get
        {
            for (DirectoryInfo? folder = new(TestContext.CurrentContext.TestDirectory); folder is not null; folder = folder.Parent)
                if (File.Exists(Path.Combine(folder.FullName, "VWorkspace.sln"))) return folder.FullName;
            throw new InvalidOperationException("the tests run outside the repository");
        }
    }

    public static YamlMappingNode Load(string name)
    {
        using var reader = new StreamReader(Path.Combine(Root, "crds", name));
        var yaml = new YamlStream();
        yaml.Load(reader);
        return (YamlMappingNode)yaml.Documents.Single().RootNode;
    }

    public static YamlMappingNode Schema(string name) => Load(name).Map("spec").Sequence("versions").Children.Cast<YamlMappingNode>().Single().Map("schema").Map("openAPIV3Schema");

    public static YamlMappingNode Map(this YamlMappingNode node, string key) => (YamlMappingNode)node.Children[new YamlScalarNode(key)];

    public static YamlSequenceNode Sequence(this YamlMappingNode node, string key) => (YamlSequenceNode)node.Children[new YamlScalarNode(key)];

    public static string? Text(this YamlMappingNode node, string key) =>
        node.Children.TryGetValue(new YamlScalarNode(key), out YamlNode? value) ? ((YamlScalarNode)value).Value : null;

    public static YamlMappingNode? MapOrNull(this YamlMappingNode node, string key) =>
        node.Children.TryGetValue(new YamlScalarNode(key), out YamlNode? value) ? (YamlMappingNode)value : null;
}
