using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace VWorkspace.Kubernetes.InMemory.Tests.Recordings;

/// <summary>Plays exchanges in order and keeps what the server answered, in the recordings' form.</summary>
internal sealed partial class ReplayPlayer(TestClient client)
{
    private readonly Dictionary<string, JsonNode?> _bodies = new(StringComparer.Ordinal);
    private string _file = "";

    public async Task<JsonObject> PlayAsync(RecordedStep step)
    {
        if (_file != step.File) _bodies.Clear();
        _file = step.File;
        var request = step.Request;
        var path = (string)request["path"]!;
        if (request["query"] is JsonObject query)
            path += "?" + string.Join('&', query.Select(q => $"{Uri.EscapeDataString(q.Key)}={Uri.EscapeDataString(Fill((string)q.Value!))}"));
        var body = request["body"] switch
        {
            null => null,
            JsonValue value when value.TryGetValue(out string? text) => Fill(text),
            var node => Fill(node.ToJsonString()),
        };
        var headers = request["headers"]?.AsObject().Select(h => KeyValuePair.Create(h.Key, (string)h.Value!));
        using var response = await client.SendAsync((string)request["method"]!, Fill(path), body, (string?)request["type"] ?? "application/json", headers);
        var text2 = await response.Content.ReadAsStringAsync();

        var answer = new JsonObject { ["status"] = (int)response.StatusCode };
        var contentType = response.Content.Headers.ContentType?.ToString() ?? "";
        if (contentType.StartsWith("text/plain", StringComparison.Ordinal))
        {
            answer["contentType"] = contentType;
            answer["text"] = text2;
        }
        else if (step.Response["events"] is not null)
        {
            answer["events"] = new JsonArray([.. text2.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line))]);
        }
        else
        {
            answer["body"] = JsonNode.Parse(text2);
            _bodies[step.Id] = answer["body"];
        }

        if (response.Headers.TryGetValues("Warning", out var warnings)) answer["warning"] = string.Join(", ", warnings);
        if (response.Headers.TryGetValues("Retry-After", out var retry)) answer["retryAfter"] = string.Join(", ", retry);
        return answer;
    }

    private string Fill(string text) => Placeholder().Replace(text, match =>
    {
        var parts = match.Groups["path"].Value.Split('.');
        var node = _bodies[parts[0]];
        foreach (var part in parts.Skip(1)) node = node?[part];
        return node?.ToString() ?? "";
    });

    [GeneratedRegex(@"\{\{(?<path>[^}]+)\}\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Placeholder();
}
