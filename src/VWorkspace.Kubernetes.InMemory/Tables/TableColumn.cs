using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Tables;

/// <summary>A column of the table representation of a kind.</summary>
/// <param name="Name">The header.</param>
/// <param name="Type">The OpenAPI type: string, integer, number, boolean, date.</param>
/// <param name="Format">The OpenAPI format; <c>name</c> marks the name column.</param>
/// <param name="Description">What the column shows.</param>
/// <param name="Priority">0 is always shown; greater ones only in wide output.</param>
/// <param name="Cell">The value for an object.</param>
internal sealed record TableColumn(string Name, string Type, string Format, string Description, int Priority, Func<JsonObject, DateTimeOffset, JsonNode?> Cell);
