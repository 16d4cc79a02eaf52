using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Storage;

namespace VWorkspace.Kubernetes.InMemory.Crds;

/// <summary>The names that the other definitions of a group have been granted: of resources (plural, singular, short) and of kinds.</summary>
internal sealed class CrdNamesInUse
{
    private readonly HashSet<string> _resources = new(StringComparer.Ordinal);
    private readonly HashSet<string> _kinds = new(StringComparer.Ordinal);

    public static CrdNamesInUse By(IEnumerable<StoredObject> definitions)
    {
        var used = new CrdNamesInUse();
        foreach (var definition in definitions)
        {
            var accepted = definition.Node["status"].Child("acceptedNames");
            used._resources.UnionWith(new[] { accepted.Text("plural"), accepted.Text("singular") }.OfType<string>().Where(n => n.Length > 0));
            used._resources.UnionWith(accepted.Items("shortNames").Texts());
            used._kinds.UnionWith(new[] { accepted.Text("kind"), accepted.Text("listKind") }.OfType<string>().Where(n => n.Length > 0));
        }

        return used;
    }

    /// <summary>The names to grant, and the outcome; of several conflicts the last one is told, as upstream does.</summary>
    /// <param name="requested">The names of the definition's spec.</param>
    /// <param name="held">The names it has been granted before: it keeps those that conflict now.</param>
    public (JsonObject Accepted, string Reason, string Message) Accept(JsonObject requested, JsonObject held)
    {
        if (Check(requested, held) is not { } conflict) return (requested.Copy(), "NoConflicts", "no conflicts found");
        var accepted = requested.Copy();
        foreach (var (member, used) in (IEnumerable<(string, HashSet<string>)>)[("plural", _resources), ("singular", _resources), ("kind", _kinds), ("listKind", _kinds)])
        {
            if (IsFree(requested.Text(member), held.Text(member), used)) continue;
            if (held.Text(member) is { Length: > 0 } old) accepted[member] = old;
            // Plural and kind are always written.
            else if (member is "plural" or "kind") accepted[member] = "";
            else accepted.Remove(member);
        }

        if (TakenShortNames(requested, held).Count > 0)
        {
            if (held["shortNames"] is { } old) accepted["shortNames"] = old.DeepClone();
            else accepted.Remove("shortNames");
        }

        return (accepted, conflict.Reason, conflict.Message);
    }

    private (string Reason, string Message)? Check(JsonObject requested, JsonObject held)
    {
        (string, string)? conflict = null;
        if (!IsFree(requested.Text("plural"), held.Text("plural"), _resources)) conflict = ("PluralConflict", InUse(requested.Text("plural")));
        if (!IsFree(requested.Text("singular"), held.Text("singular"), _resources)) conflict = ("SingularConflict", InUse(requested.Text("singular")));
        if (TakenShortNames(requested, held) is { Count: > 0 } taken)
            conflict = ("ShortNamesConflict", taken.Count == 1 ? InUse(taken[0]) : $"[{string.Join(", ", taken.Select(InUse))}]");
        if (!IsFree(requested.Text("kind"), held.Text("kind"), _kinds)) conflict = ("KindConflict", InUse(requested.Text("kind")));
        if (!IsFree(requested.Text("listKind"), held.Text("listKind"), _kinds)) conflict = ("ListKindConflict", InUse(requested.Text("listKind")));
        return conflict;
    }

    private List<string> TakenShortNames(JsonObject requested, JsonObject held)
    {
        var own = held.Items("shortNames").Texts();
        return [.. requested.Items("shortNames").Texts().Where(n => !own.Contains(n, StringComparer.Ordinal) && _resources.Contains(n))];
    }

    private static bool IsFree(string? requested, string? held, HashSet<string> used) => requested is not { Length: > 0 } || requested == held || !used.Contains(requested);

    private static string InUse(string? name) => FieldCause.Quote(name ?? "") + " is already in use";
}
