using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.Selectors;

namespace VWorkspace.Kubernetes.InMemory.Authorization;

/// <summary>The structured label selector of the API (<c>matchLabels</c>, <c>matchExpressions</c>).</summary>
internal static class LabelSelectorJson
{
    public static bool Matches(JsonObject? selector, IReadOnlyDictionary<string, string>? labels) => Parse(selector).Matches(labels);

    public static LabelSelector Parse(JsonObject? selector)
    {
        var requirements = new List<LabelRequirement>();
        foreach (var (key, value) in selector.Child("matchLabels") ?? [])
            requirements.Add(new LabelRequirement(key, LabelOperator.Equals, [value.AsText() ?? ""]));
        foreach (var expression in selector.Items("matchExpressions") ?? [])
        {
            LabelOperator? op = expression.Text("operator") switch
            {
                "In" => LabelOperator.In,
                "NotIn" => LabelOperator.NotIn,
                "Exists" => LabelOperator.Exists,
                "DoesNotExist" => LabelOperator.DoesNotExist,
                _ => null,
            };
            if (op is { } known) requirements.Add(new LabelRequirement(expression.Text("key") ?? "", known, expression.Items("values").Texts()));
        }

        return new LabelSelector(requirements);
    }
}
