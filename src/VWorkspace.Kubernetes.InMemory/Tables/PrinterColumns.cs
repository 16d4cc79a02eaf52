using System.Text.Json;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.Tables;

/// <summary>The columns a CustomResourceDefinition asks for.</summary>
internal static class PrinterColumns
{
    public static IReadOnlyList<TableColumn> Build(JsonArray? definitions)
    {
        if (definitions is not { Count: > 0 }) return [TableBuilder.Name, AgeColumn("Age", ".metadata.creationTimestamp", TableBuilder.CreationDescription, 0)];
        var columns = new List<TableColumn> { TableBuilder.Name };
        foreach (var definition in definitions)
        {
            var path = definition.Text("jsonPath") ?? "";
            var name = definition.Text("name") ?? "";
            var type = definition.Text("type") ?? "string";
            var description = definition.Text("description") is { Length: > 0 } text ? text : $"Custom resource definition column (in JSONPath format): {path}";
            var priority = (int)(definition.Number("priority") ?? 0);
            if (type == "date") columns.Add(AgeColumn(name, path, description, priority));
            else
            {
                var compiled = JsonPath.Parse(path);
                columns.Add(new TableColumn(name, type, definition.Text("format") ?? "", description, priority, (o, _) => Cell(compiled, o, type)));
            }
        }

        return columns;
    }

    private static TableColumn AgeColumn(string name, string path, string description, int priority)
    {
        var compiled = JsonPath.Parse(path);
        return new TableColumn(name, "date", "", description, priority, (o, now) => compiled.Find(o).FirstOrDefault() is { } value ? TableBuilder.AgeOf(value.AsText(), now) : null);
    }

    private static JsonNode? Cell(JsonPath path, JsonObject obj, string type)
    {
        var values = path.Find(obj).ToList();
        if (values.Count == 0) return null;
        var value = values[0];
        return type switch
        {
            "integer" => value.AsNumber() is { } number ? JsonValue.Create(number) : null,
            "number" => value?.GetValueKind() == JsonValueKind.Number ? value.DeepClone() : null,
            "boolean" => value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? value.DeepClone() : null,
            _ => values.Count == 1 ? value.ScalarText() : string.Join(',', values.Select(v => v.ScalarText())),
        };
    }
}
