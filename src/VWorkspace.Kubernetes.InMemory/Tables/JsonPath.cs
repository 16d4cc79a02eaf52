using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.Tables;

/// <summary>The part of Kubernetes JSONPath that printer columns use: members, indexes, wildcards, comparisons with a literal.</summary>
internal sealed class JsonPath
{
    private readonly List<Func<JsonNode?, IEnumerable<JsonNode?>>> _steps = [];

    private JsonPath()
    {
    }

    public static JsonPath Parse(string text)
    {
        var path = new JsonPath();
        var i = 0;
        while (i < text.Length)
        {
            if (text[i] == '.')
            {
                i++;
                continue;
            }

            if (text[i] == '[')
            {
                var end = FindClosing(text, i);
                path.AddBracket(text[(i + 1)..end].Trim());
                i = end + 1;
                continue;
            }

            var start = i;
            var name = new System.Text.StringBuilder();
            for (; i < text.Length && text[i] is not ('.' or '['); i++)
            {
                // A backslash keeps a dot inside a name, as in .metadata.annotations.example\.com/a.
                if (text[i] == '\\' && i + 1 < text.Length) i++;
                name.Append(text[i]);
            }

            if (name.Length > 0) path.AddMember(name.ToString());
            if (i == start) i++;
        }

        return path;
    }

    public IEnumerable<JsonNode?> Find(JsonNode root)
    {
        IEnumerable<JsonNode?> current = [root];
        foreach (var step in _steps) current = current.SelectMany(step);
        return current;
    }

    private static int FindClosing(string text, int open)
    {
        char? quote = null;
        for (var i = open; i < text.Length; i++)
        {
            if (quote is not null)
            {
                if (text[i] == quote) quote = null;
            }
            else if (text[i] is '\'' or '"') quote = text[i];
            else if (text[i] == ']') return i;
        }

        return text.Length - 1;
    }

    private void AddMember(string name) => _steps.Add(name == "*" ? Children : node => node is JsonObject members && members.TryGetPropertyValue(name, out var value) ? [value] : []);

    private void AddBracket(string inner)
    {
        if (inner == "*") _steps.Add(Children);
        else if (inner.StartsWith("?(", StringComparison.Ordinal)) AddFilter(inner[2..^1].Trim());
        else if (inner.Length > 1 && inner[0] is '\'' or '"') AddMember(inner[1..^1]);
        else if (int.TryParse(inner, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index))
            _steps.Add(node => node is JsonArray items && (index < 0 ? index + items.Count : index) is var at && at >= 0 && at < items.Count ? [items[at]] : []);
        else _steps.Add(_ => []);
    }

    private void AddFilter(string filter)
    {
        foreach (var op in (ReadOnlySpan<string>)["==", "!="])
        {
            var at = filter.IndexOf(op, StringComparison.Ordinal);
            if (at < 0) continue;
            var left = Parse(filter[..at].Trim().TrimStart('@'));
            var right = filter[(at + 2)..].Trim().Trim('\'', '"');
            var negated = op == "!=";
            _steps.Add(node => (node as JsonArray ?? []).Where(item => item is not null && (left.Find(item).Any(v => v.ScalarText() == right) != negated)));
            return;
        }

        var exists = Parse(filter.TrimStart('@'));
        _steps.Add(node => (node as JsonArray ?? []).Where(item => item is not null && exists.Find(item).Any()));
    }

    private static IEnumerable<JsonNode?> Children(JsonNode? node) => node switch
    {
        JsonArray items => items,
        JsonObject members => members.Select(m => m.Value),
        _ => [],
    };
}
