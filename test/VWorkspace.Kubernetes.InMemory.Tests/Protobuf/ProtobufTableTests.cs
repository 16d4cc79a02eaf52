using VWorkspace.Kubernetes.InMemory.Builtins;
using VWorkspace.Kubernetes.InMemory.Builtins.Schemas;
using VWorkspace.Kubernetes.InMemory.Http.Protobuf;

namespace VWorkspace.Kubernetes.InMemory.Tests.Protobuf;

/// <summary>The table of field numbers against the schemas: what one has and the other has not is an omission.</summary>
[TestFixture]
public sealed class ProtobufTableTests
{
    /// <summary>Fields whose numbers could not be verified: a body with one of them is refused.</summary>
    private static readonly string[] WithoutNumber =
    [
        "PodSpec.schedulingGroup", "PodStatus.extendedResourceClaimStatus", "PodStatus.allocatedResources", "PodStatus.resources", "NodeStatus.declaredFeatures",
    ];

    [TestCaseSource(nameof(Kinds))]
    public void Table_has_every_field_of_the_schema_and_no_other(string apiVersion, string kind)
    {
        var message = ProtobufFields.FindKind(apiVersion, kind);
        Assert.That(message, Is.Not.Null, "the kind has no message");
        var differences = new SortedSet<string>(StringComparer.Ordinal);
        Compare(BuiltinSchemas.Find(apiVersion, kind)!.Type, message!, differences, []);
        Assert.That(differences.Except(WithoutNumber.Select(f => f + " has no number")), Is.Empty);
    }

    [TestCaseSource(nameof(Writable))]
    public void Kind_that_is_served_has_a_message(string apiVersion, string kind) => Assert.That(ProtobufFields.FindKind(apiVersion, kind), Is.Not.Null);

    [TestCase("autoscaling/v1", "Scale")]
    [TestCase("policy/v1", "Eviction")]
    [TestCase("authentication.k8s.io/v1", "TokenRequest")]
    [TestCase("v1", "Binding")]
    [TestCase("v1", "DeleteOptions")]
    [TestCase("apps/v1", "DeleteOptions")]
    public void Kind_of_a_subresource_has_a_message(string apiVersion, string kind) => Assert.That(ProtobufFields.FindKind(apiVersion, kind), Is.Not.Null);

    internal static IEnumerable<TestCaseData> Kinds() => BuiltinSchemas.ApiVersions.Where(v => v != "apiextensions.k8s.io/v1")
        .SelectMany(BuiltinSchemas.KindsOf).Select(k => new TestCaseData(k.Type.ApiVersion, k.Type.Name).SetArgDisplayNames(k.Type.ApiVersion, k.Type.Name));

    private static IEnumerable<TestCaseData> Writable() => BuiltinCatalog.Types.Where(t => t.Group != "apiextensions.k8s.io").Select(t => new TestCaseData(t.ApiVersion, t.Kind));

    private static void Compare(BuiltinType type, ProtobufMessage message, SortedSet<string> differences, HashSet<(BuiltinType, ProtobufMessage)> seen)
    {
        if (!seen.Add((type, message))) return;
        var numbered = Flatten(message).ToDictionary(f => f.Name, StringComparer.Ordinal);
        foreach (var field in type.Fields.Where(f => !type.IsKind || f.Name is not ("apiVersion" or "kind")))
        {
            if (!numbered.Remove(field.Name, out var known))
            {
                differences.Add($"{type.Name}.{field.Name} has no number");
                continue;
            }

            if (Describe(field) != Describe(known)) differences.Add($"{type.Name}.{field.Name} is {Describe(field)} in the schema and {Describe(known)} in the table");
            if (known.Message is { } inner && Innermost(field.Type) is { Shape: BuiltinShape.Struct } below) Compare(below.Struct, inner, differences, seen);
        }

        differences.UnionWith(numbered.Keys.Select(name => $"{type.Name}.{name} is not in the schema"));
    }

    internal static IEnumerable<ProtobufField> Flatten(ProtobufMessage message) =>
        message.Fields.Values.SelectMany(f => f.Shape == ProtobufShape.Inline ? Flatten(f.Message!) : [f]);

    private static string Describe(BuiltinField field)
    {
        var type = field.Type;
        return type.Shape switch
        {
            BuiltinShape.List => "[" + Name(type.Element!) + "]",
            BuiltinShape.Map => "{" + (type.Element!.Shape == BuiltinShape.List ? "strings" : Name(type.Element)) + "}",
            BuiltinShape.Any => "any",
            // In Go a creation time is no pointer, but a zero one is not written.
            _ => (type.IsPointer && field.Name != "creationTimestamp" ? "*" : "") + Name(type),
        };
    }

    private static string Describe(ProtobufField field) => field.Shape switch
    {
        ProtobufShape.List => "[" + field.Type + "]",
        ProtobufShape.Map => "{" + field.Type + "}",
        _ when field.Type is "raw" or "DeleteOptions" => "any",
        _ => (field.IsPointer ? "*" : "") + field.Type,
    };

    private static string Name(FieldType type) => type.Shape == BuiltinShape.Struct ? type.StructName : type.Primitive is "int32" or "int64" ? "int" : type.Primitive;

    private static FieldType Innermost(FieldType type) => type.Element is null ? type : Innermost(type.Element);
}
