using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.ManagedFields;

/// <summary>Who writes what, for <see cref="ManagedFieldsManager"/>.</summary>
internal sealed record FieldManagerRequest
{
    /// <summary>The field manager; empty stands for <c>unknown</c>. See <see cref="FieldManagerName"/>.</summary>
    public required string Manager { get; init; }

    /// <summary>Group and version of the request, e.g. <c>apps/v1</c>.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>The time of the entries that change; kept in whole seconds.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The type of the object in <see cref="ApiVersion"/>.</summary>
    public required MergeSchema Schema { get; init; }

    /// <summary>The subresource of the request, e.g. <c>status</c>; empty for the resource itself.</summary>
    public string Subresource { get; init; } = string.Empty;

    /// <summary>
    /// Fields that this endpoint resets, with all below them: they are never owned and never conflict. The caller resets their values itself.
    /// See <see cref="ManagedFields.ResetFields"/>.
    /// </summary>
    public FieldSet? ResetFields { get; init; }

    /// <summary>Other versions of the kind; null when every version has the same shape.</summary>
    public IVersionConverter? Versions { get; init; }
}

/// <summary>Shows an object in another version, for owners whose entries stand in that version.</summary>
internal interface IVersionConverter
{
    /// <summary>
    /// Converts an object to a version and names its type there; null when the version is not known, which drops its owners.
    /// The object given must not be changed; the answer may be the same object.
    /// </summary>
    (JsonObject Object, MergeSchema Schema)? Convert(JsonObject value, string apiVersion);
}

/// <summary>The fields that endpoints reset.</summary>
internal static class ResetFields
{
    /// <summary>Of a resource with a status subresource: <c>status</c>.</summary>
    public static readonly FieldSet ForMainResource = FieldSet.OfFields(["status"]);

    /// <summary>Of a status subresource: <c>metadata</c> and <c>spec</c>.</summary>
    public static readonly FieldSet ForCustomStatus = FieldSet.OfFields(["metadata"], ["spec"]);

    /// <summary>Of the status subresource of most built-in kinds: <c>spec</c>.</summary>
    public static readonly FieldSet ForBuiltinStatus = FieldSet.OfFields(["spec"]);
}
