using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Authorization;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Tables;

namespace VWorkspace.Kubernetes.InMemory.Builtins.Columns;

/// <summary>Columns and cells that several kinds have.</summary>
internal static class ColumnCells
{
    public const string None = "<none>";
    public const string Unset = "<unset>";
    public const string Unknown = "<unknown>";
    private const int Shown = 3;

    public static TableColumn Name { get; } = TableBuilder.Name;

    public static TableColumn Age { get; } = TableBuilder.Age;

    public static TableColumn Text(string name, Func<JsonObject, string?> cell, int priority = 0) => new(name, "string", "", name, priority, (o, _) => cell(o) ?? "");

    public static TableColumn Number(string name, Func<JsonObject, long?> cell) => new(name, "integer", "", name, 0, (o, _) => cell(o) ?? 0);

    public static TableColumn Ago(string name, Func<JsonObject, string?> cell, string absent = Unknown, int priority = 0) =>
        new(name, "string", "", name, priority, (o, now) => cell(o) is { Length: > 0 } time ? TableBuilder.AgeOf(time, now) : absent);

    public static string Or(string? text, string absent = None) => string.IsNullOrEmpty(text) ? absent : text;

    public static string Share(long? part, long? whole) => string.Create(CultureInfo.InvariantCulture, $"{part ?? 0}/{whole ?? 1}");

    public static string Invariant(long? number) => (number ?? 0).ToString(CultureInfo.InvariantCulture);

    public static string Flag(bool? flag) => flag == true ? "true" : "false";

    public static string Labels(JsonObject? labels) => labels is { Count: > 0 } ? string.Join(',', labels.Select(l => $"{l.Key}={l.Value.AsText()}")) : None;

    public static string Selector(JsonObject? selector) => selector is null ? None : Or(LabelSelectorJson.Parse(selector).ToString());

    public static bool HasCondition(JsonObject obj, string type) => (obj["status"].Items("conditions") ?? []).Any(c => c.Text("type") == type && c.Text("status") == "True");

    public static string AccessModes(JsonNode? holder) =>
        string.Join(',', holder.Items("accessModes").Texts().Select(m => m switch { "ReadWriteOnce" => "RWO", "ReadOnlyMany" => "ROX", "ReadWriteMany" => "RWX", _ => "RWOP" }));

    /// <summary>The first few, and how many more there are.</summary>
    public static string Some(IReadOnlyList<string> items, string absent = None, int shown = Shown, string separator = ",") => items.Count == 0 ? absent
        : items.Count <= shown ? string.Join(separator, items)
        : string.Create(CultureInfo.InvariantCulture, $"{string.Join(separator, items.Take(shown))} + {items.Count - shown} more...");

    /// <summary>Containers, images and selector, which wide output adds.</summary>
    public static IEnumerable<TableColumn> Template(Func<JsonObject, JsonObject?> spec, bool selector = true)
    {
        yield return Text("Containers", o => Containers(spec(o), "name"), 1);
        yield return Text("Images", o => Containers(spec(o), "image"), 1);
        if (selector) yield return Text("Selector", o => Selector(spec(o).Child("selector")), 1);
    }

    public static string Containers(JsonObject? owner, string field) => string.Join(',', (owner.Child("template").Child("spec").Items("containers") ?? []).Select(c => c.Text(field)));
}
