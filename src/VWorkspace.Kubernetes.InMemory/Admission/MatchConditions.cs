using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Cel;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.Admission;

/// <summary>The CEL conditions under which a webhook is asked (<c>matchConditions</c>): all must hold.</summary>
internal static class MatchConditions
{
    // RuntimeCELCostBudgetMatchConditions upstream.
    private const long CostLimit = 2_500_000;
    private static readonly ConcurrentDictionary<string, CelProgram> Programs = new(StringComparer.Ordinal);

    /// <summary>Whether the conditions hold; an error text when one cannot be decided and none is false.</summary>
    public static (bool Holds, string? Error) Check(JsonNode webhook, AdmissionAttributes attributes, JsonObject request)
    {
        string? error = null;
        foreach (var condition in webhook.Items("matchConditions") ?? [])
        {
            var program = Programs.GetOrAdd(condition.Text("expression") ?? "", static text =>
                CelProgram.Compile(text, ("object", CelType.Dyn), ("oldObject", CelType.Dyn), ("request", CelType.Dyn)));
            var result = program.Evaluate(new CelBudget(CostLimit), ("object", Value(attributes.Object)), ("oldObject", Value(attributes.OldObject)), ("request", Value(request)));
            switch (result)
            {
                case false:
                    return (false, null);
                case true:
                    break;
                default:
                    error ??= $"expression '{condition.Text("expression")}' resulted in error: {(result as CelError)?.Message ?? "not a boolean"}";
                    break;
            }
        }

        return (error is null, error);
    }

    private static object Value(JsonNode? node) => node switch
    {
        null => CelNull.Value,
        JsonObject map => new CelMapValue([.. map.Select(m => KeyValuePair.Create<object, object>(m.Key, Value(m.Value)))]),
        JsonArray list => new CelListValue([.. list.Select(Value)]),
        JsonValue value when value.TryGetValue(out string? text) => text,
        JsonValue value when value.TryGetValue(out bool flag) => flag,
        _ => node.AsNumber() is { } whole ? whole : node.GetValue<double>(),
    };
}
