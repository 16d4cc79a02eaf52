using System.Text.Json.Serialization.Metadata;
using VWorkspace.Api.Tests.Schemas;
using VWorkspace.Kubernetes;
using YamlDotNet.RepresentationModel;

namespace VWorkspace.Api.Tests;

/// <summary>The C# types and the CRDs say the same, in both directions.</summary>
public sealed class TypesAndSchemasTests
{
    private const string Apps = "apps.vworkspace.io_applicationinstances.yaml";
    private const string Ops = "ops.vworkspace.io_operations.yaml";
    private const string Clusters = "ops.vworkspace.io_clusters.yaml";

    private static IEnumerable<TestCaseData> Kinds()
    {
        yield return new TestCaseData(Apps, ApiResources.ApplicationInstances, ApiJson.Default.ApplicationInstance).SetArgDisplayNames("ApplicationInstance");
        yield return new TestCaseData(Ops, ApiResources.Operations, ApiJson.Default.Operation).SetArgDisplayNames("Operation");
        yield return new TestCaseData(Clusters, ApiResources.Clusters, ApiJson.Default.Cluster).SetArgDisplayNames("Cluster");
    }

    [TestCaseSource(nameof(Kinds))]
    public void Type_and_schema_have_the_same_members(string file, KubernetesResource resource, JsonTypeInfo type)
    {
        var differences = new List<string>();
        Compare(CrdFiles.Schema(file), type, string.Empty, differences);
        Assert.That(differences, Is.Empty);
        Assert.That(resource, Is.Not.Null);
    }

    [TestCaseSource(nameof(Kinds))]
    public void Resource_constant_names_the_place_that_the_definition_declares(string file, KubernetesResource resource, JsonTypeInfo type)
    {
        YamlMappingNode spec = CrdFiles.Load(file).Map("spec");
        var version = (YamlMappingNode)spec.Sequence("versions").Children.Single();
        Assert.Multiple(() =>
        {
            Assert.That(CrdFiles.Load(file).Map("metadata").Text("name"), Is.EqualTo(resource.QualifiedName));
            Assert.That(spec.Text("group"), Is.EqualTo(resource.Kind.Group));
            Assert.That(version.Text("name"), Is.EqualTo(resource.Kind.Version));
            Assert.That(spec.Map("names").Text("kind"), Is.EqualTo(resource.Kind.Kind));
            Assert.That(spec.Map("names").Text("plural"), Is.EqualTo(resource.Plural));
            Assert.That(spec.Text("scope"), Is.EqualTo(resource.Namespaced ? "Namespaced" : "Cluster"));
            Assert.That(version.Map("subresources").MapOrNull("status"), Is.Not.Null);
            Assert.That(type.Type.Name, Is.EqualTo(resource.Kind.Kind));
        });
    }

    [TestCaseSource(nameof(Kinds))]
    public void Schema_is_structural_and_explains_itself(string file, KubernetesResource resource, JsonTypeInfo type)
    {
        var faults = new List<string>();
        Check(CrdFiles.Schema(file), string.Empty, faults);
        Assert.That(faults, Is.Empty, $"{resource.Kind.Kind} {type.Kind}");
    }

    [TestCaseSource(nameof(Kinds))]
    public void Status_conditions_are_a_list_map_with_the_documented_limits(string file, KubernetesResource resource, JsonTypeInfo type)
    {
        YamlMappingNode conditions = CrdFiles.Schema(file).Map("properties").Map("status").Map("properties").Map("conditions");
        YamlMappingNode item = conditions.Map("items");
        Assert.Multiple(() =>
        {
            Assert.That(conditions.Text("x-kubernetes-list-type"), Is.EqualTo("map"));
            Assert.That(Texts(conditions.Sequence("x-kubernetes-list-map-keys")), Is.EqualTo(new[] { "type" }));
            Assert.That(Texts(item.Sequence("required")), Is.EquivalentTo(new[] { "type", "status", "reason", "message", "lastTransitionTime" }));
            Assert.That(item.Map("properties").Map("type").Text("maxLength"), Is.EqualTo("316"));
            Assert.That(item.Map("properties").Map("reason").Text("maxLength"), Is.EqualTo("1024"));
            Assert.That(item.Map("properties").Map("message").Text("maxLength"), Is.EqualTo("32768"));
            Assert.That(Texts(item.Map("properties").Map("status").Sequence("enum")), Is.EqualTo(new[] { "True", "False", "Unknown" }));
            Assert.That(type.Type.Name, Is.EqualTo(resource.Kind.Kind));
        });
    }

    private static void Compare(YamlMappingNode schema, JsonTypeInfo type, string path, List<string> differences)
    {
        if (schema.Text("x-kubernetes-preserve-unknown-fields") == "true") return;
        if (schema.MapOrNull("items") is { } items)
        {
            Compare(items, type.Options.GetTypeInfo(ElementType(type.Type)), path + "[]", differences);
            return;
        }

        if (schema.MapOrNull("properties") is not { } properties)
        {
            if (path == "metadata") return;
            if (type.Kind == JsonTypeInfoKind.Object && type.Type != typeof(string)) differences.Add($"{path}: the type has members, the schema has none");
            CompareScalar(schema, Nullable.GetUnderlyingType(type.Type) ?? type.Type, path, differences);
            return;
        }

        Dictionary<string, JsonPropertyInfo> members = type.Properties.Where(p => p.Get is not null).ToDictionary(p => p.Name, StringComparer.Ordinal);
        foreach ((YamlNode key, YamlNode value) in properties.Children)
        {
            string name = ((YamlScalarNode)key).Value!;
            string at = path.Length == 0 ? name : $"{path}.{name}";
            if (!members.Remove(name, out JsonPropertyInfo? member)) differences.Add($"{at}: in the schema, not in {type.Type.Name}");
            else Compare((YamlMappingNode)value, type.Options.GetTypeInfo(member.PropertyType), at, differences);
        }

        differences.AddRange(members.Keys.Select(name => $"{path}.{name}: in {type.Type.Name}, not in the schema"));
    }

    private static void CompareScalar(YamlMappingNode schema, Type type, string path, List<string> differences)
    {
        string expected = schema.Text("type") switch
        {
            "string" when schema.Text("format") == "date-time" => nameof(DateTimeOffset),
            "string" => nameof(String),
            "boolean" => nameof(Boolean),
            "integer" when schema.Text("format") == "int64" => nameof(Int64),
            "integer" => nameof(Int32),
            string other => other,
            null => "no type",
        };
        if (type.Name != expected) differences.Add($"{path}: {type.Name} in C#, {expected} in the schema");
    }

    private static Type ElementType(Type list) => list.IsArray ? list.GetElementType()! : list.GetGenericArguments().Single();

    private static void Check(YamlMappingNode schema, string path, List<string> faults)
    {
        if (schema.Text("type") is null) faults.Add($"{path}: no type");
        bool selfExplaining = path is "" or ".metadata" || path.EndsWith("[]", StringComparison.Ordinal);
        if (!selfExplaining && string.IsNullOrWhiteSpace(schema.Text("description"))) faults.Add($"{path}: no description");
        if (schema.Text("type") == "array" && schema.MapOrNull("items") is null) faults.Add($"{path}: no items");
        if (schema.MapOrNull("items") is { } items) Check(items, path + "[]", faults);
        if (schema.MapOrNull("properties") is not { } properties) return;
        foreach ((YamlNode key, YamlNode value) in properties.Children) Check((YamlMappingNode)value, $"{path}.{((YamlScalarNode)key).Value}", faults);
        if (!schema.Children.TryGetValue(new YamlScalarNode("required"), out YamlNode? required)) return;
        faults.AddRange(Texts((YamlSequenceNode)required).Where(name => properties.MapOrNull(name) is null).Select(name => $"{path}.{name}: required, not declared"));
    }

    private static string[] Texts(YamlSequenceNode node) => [.. node.Children.Select(c => ((YamlScalarNode)c).Value!)];
}
