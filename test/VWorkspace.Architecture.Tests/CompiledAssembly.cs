using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace VWorkspace.Architecture.Tests;

/// <summary>What the compiler wrote into an assembly, read without loading it.</summary>
internal sealed record CompiledAssembly(IReadOnlyList<string> References, IReadOnlyList<string> Friends)
{
    /// <summary>Reads the metadata of the project's assembly.</summary>
    public static CompiledAssembly Of(Project project)
    {
        Assert.That(project.AssemblyPath, Does.Exist, "the assembly is built next to the tests");
        using var file = new PEReader(File.OpenRead(project.AssemblyPath));
        MetadataReader metadata = file.GetMetadataReader();
        return new(
            [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))],
            [.. metadata.GetAssemblyDefinition().GetCustomAttributes().Select(metadata.GetCustomAttribute)
                .Where(attribute => TypeName(metadata, attribute) == "InternalsVisibleToAttribute")
                .Select(attribute => FirstArgument(metadata, attribute))]);
    }

    private static string TypeName(MetadataReader metadata, CustomAttribute attribute) =>
        attribute.Constructor.Kind == HandleKind.MemberReference
        && metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent is { Kind: HandleKind.TypeReference } parent
            ? metadata.GetString(metadata.GetTypeReference((TypeReferenceHandle)parent).Name)
            : "";

    private static string FirstArgument(MetadataReader metadata, CustomAttribute attribute)
    {
        BlobReader blob = metadata.GetBlobReader(attribute.Value);
        blob.ReadUInt16(); // prolog of every custom attribute, ECMA-335 II.23.3
        return blob.ReadSerializedString() ?? "";
    }
}
