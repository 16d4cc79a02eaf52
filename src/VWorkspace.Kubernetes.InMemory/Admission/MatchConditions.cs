using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Cel;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.Admission;

/// <summary>
/// The <c>matchConditions</c> of webhooks: CEL over <c>object</c>, <c>oldObject</c> and <c>request</c>. One that is false keeps the webhook out of the request; one that fails
/// does so too or refuses the request, as the failure policy says. <c>authorizer</c> is not there.
/// </summary>
internal sealed class MatchConditions
{
    private const long CostLimit = 10_000_000;
    private readonly ConcurrentDictionary<string, CelProgram> _programs = new(StringComparer.Ordinal);

    /// <summary>Whether the webhook is to be asked.</summary>
    public bool Hold(JsonNode webhook, AdmissionAttributes attributes, Func<JsonNode?> request)
    {
        if (webhook.Items("matchConditions") is not { Count: > 0 } conditions) return true;
        (string, object)[] variables =
        [
            ("object", CelJson.From(attributes.Object)), ("oldObject", CelJson.From(attributes.OldObject)), ("request", CelJson.From(request())),
        ];
        var errors = new List<string>();
        foreach (var condition in conditions)
        {
            var expression = condition.Text("expression") ?? "";
            switch (_programs.GetOrAdd(expression, Compile).Evaluate(new CelBudget(CostLimit), variables))
            {
                case false: return false;
                case true: break;
                case CelError error: errors.Add($"expression '{expression}' resulted in error: {error.Message}"); break;
                default: errors.Add($"expression '{expression}' resulted in error: not a bool"); break;
            }
        }

        if (errors.Count == 0) return true;
        if (webhook.Text("failurePolicy") == "Ignore") return false;
        throw StatusErrors.Forbidden(attributes.Type.Resource, attributes.Name, errors.Count == 1 ? errors[0] : "[" + string.Join(", ", errors) + "]");
    }

    /// <summary>What is wrong with the conditions of a configuration's webhooks.</summary>
    public static IEnumerable<FieldCause> Validate(JsonNode? webhook, string path)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var conditions = webhook.Items("matchConditions") ?? [];
        for (var i = 0; i < conditions.Count; i++)
        {
            var at = Builtins.PodSpecRules.At(path + ".matchConditions", i);
            var (name, expression) = (conditions[i].Text("name") ?? "", (conditions[i].Text("expression") ?? "").Trim());
            if (expression.Length == 0) yield return FieldCause.Required(at + ".expression");
            else if (Compile(expression) is { } program && (program.Error ?? (program.Type == CelType.Bool || program.Type == CelType.Dyn ? null : "must evaluate to bool")) is { } problem)
                yield return FieldCause.Invalid(at + ".expression", expression, program.Error is null ? problem : "compilation failed: " + problem);
            if (name.Length == 0) yield return FieldCause.Required(at + ".name");
            else if (!names.Add(name)) yield return FieldCause.Duplicate(at + ".name", name);
        }
    }

    private static CelProgram Compile(string expression) => CelProgram.Compile(expression, ("object", CelType.Dyn), ("oldObject", CelType.Dyn), ("request", CelType.Dyn));
}
