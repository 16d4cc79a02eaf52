using System.Globalization;
using System.Text;

namespace VWorkspace.Kubernetes.InMemory.ManagedFields;

/// <summary>A field that an apply wants to change and another manager owns.</summary>
/// <param name="Manager">The owner.</param>
/// <param name="Path">The field, e.g. <c>.spec.replicas</c>.</param>
internal sealed record FieldManagerConflict(ManagerKey Manager, string Path)
{
    /// <summary>The reason of the cause in the Status.</summary>
    public const string Reason = "FieldManagerConflict";

    /// <summary>The message of the cause in the Status.</summary>
    public string Message => "conflict with " + Manager.Describe();
}

/// <summary>Builds the message of a failed apply (upstream: <c>managedfields/internal/conflict.go</c>).</summary>
internal static class ConflictMessage
{
    /// <summary>One conflict stands in one line; several are grouped by their owner.</summary>
    public static string For(IReadOnlyList<FieldManagerConflict> conflicts)
    {
        if (conflicts.Count == 1)
        {
            return "Apply failed with 1 conflict: " + conflicts[0].Message + ": " + conflicts[0].Path;
        }

        var text = new StringBuilder("Apply failed with ").Append(conflicts.Count.ToString(CultureInfo.InvariantCulture)).Append(" conflicts: ");
        var first = true;
        foreach (var group in conflicts.GroupBy(c => c.Manager).OrderBy(g => g.Key))
        {
            if (!first)
            {
                text.Append('\n');
            }

            first = false;
            text.Append("conflicts with ").Append(group.Key.Describe()).Append(':');
            foreach (var conflict in group)
            {
                text.Append("\n- ").Append(conflict.Path);
            }
        }

        return text.ToString();
    }
}
