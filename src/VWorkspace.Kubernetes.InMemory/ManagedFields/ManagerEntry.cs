using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.ManagedFields;

/// <summary>
/// Who owns fields: the identity of an entry of <c>metadata.managedFields</c>. Appliers are the same one in every version, so the version of an
/// applier is left empty.
/// </summary>
internal readonly record struct ManagerKey(string Manager, bool IsApply, string ApiVersion, string Subresource) : IComparable<ManagerKey>
{
    /// <summary>Orders as upstream orders the JSON texts of identifiers.</summary>
    public int CompareTo(ManagerKey other)
    {
        var order = string.CompareOrdinal(Manager, other.Manager);
        order = order != 0 ? order : other.IsApply.CompareTo(IsApply);
        order = order != 0 ? order : string.CompareOrdinal(ApiVersion, other.ApiVersion);
        return order != 0 ? order : string.CompareOrdinal(Subresource, other.Subresource);
    }

    /// <summary>The manager as conflicts name it.</summary>
    public string Describe()
    {
        var text = GoText.Quote(Manager);
        if (Subresource.Length > 0)
        {
            text += " with subresource " + GoText.Quote(Subresource);
        }

        return IsApply ? text : text + " using " + ApiVersion;
    }
}

/// <summary>What a manager owns, in which version its paths stand, and when it last changed something.</summary>
internal sealed record ManagerEntry(FieldSet Fields, string ApiVersion, DateTimeOffset? Time);
