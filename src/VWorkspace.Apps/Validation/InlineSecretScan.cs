using System.Globalization;
using System.Text.Json;
using VWorkspace.Api;

namespace VWorkspace.Apps.Validation;

/// <summary>Finds secret material in inline values. Tells where, never what.</summary>
internal static class InlineSecretScan
{
    private static readonly string[] ExactKeys = ["accessKey", "secretKey", "apiKey", "token"];
    private static readonly string[] NamingKeys = ["existingSecret", "pullSecret", "imagePullSecret"];
    private static readonly string[] Placeholders = ["<set via externalSecret>", "<set via external-secret>"];

    /// <summary>Paths of all hits in document order, for instance <c>db.users[0].password</c>.</summary>
    public static IReadOnlyList<string> Find(JsonElement values)
    {
        var hits = new List<string>();
        Walk(values, string.Empty, string.Empty, hits);
        return hits;
    }

    private static void Walk(JsonElement value, string key, string path, List<string> hits)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty member in value.EnumerateObject())
                    Walk(member.Value, member.Name, path.Length == 0 ? member.Name : $"{path}.{member.Name}", hits);
                break;
            case JsonValueKind.Array:
                int index = 0;
                foreach (JsonElement item in value.EnumerateArray())
                    Walk(item, key, string.Create(CultureInfo.InvariantCulture, $"{path}[{index++}]"), hits);
                break;
            case JsonValueKind.String:
                if (IsSecret(key, value.GetString() ?? string.Empty)) hits.Add(path);
                break;
            case JsonValueKind.Number:
                if (IsSecretKey(key)) hits.Add(path);
                break;
        }
    }

    private static bool IsSecret(string key, string text)
    {
        string trimmed = text.Trim();
        if (trimmed.Length == 0) return false;
        if (Redactor.StartsPrivateKey(trimmed)) return true;
        if (!IsSecretKey(key) || Placeholders.Any(p => trimmed.Equals(p, StringComparison.OrdinalIgnoreCase))) return false;
        return !(NamingKeys.Any(k => key.EndsWith(k, StringComparison.OrdinalIgnoreCase)) && ChartRules.IsDnsName(text));
    }

    private static bool IsSecretKey(string key) =>
        key.EndsWith("password", StringComparison.OrdinalIgnoreCase) || key.EndsWith("secret", StringComparison.OrdinalIgnoreCase)
        || ExactKeys.Any(k => key.Equals(k, StringComparison.OrdinalIgnoreCase));
}
