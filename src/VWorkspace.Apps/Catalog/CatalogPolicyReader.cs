using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using VWorkspace.Api;
using VWorkspace.Apps.Validation;
using VWorkspace.Kubernetes.Yaml;

namespace VWorkspace.Apps.Catalog;

/// <summary>
/// Reads the text of a policy, strictly: a member that nobody knows is a typing error that would silently allow something. All faults are found, not only
/// the first.
/// </summary>
internal sealed class CatalogPolicyReader
{
    /// <summary>The form of the document that this build reads.</summary>
    public const int FormatVersion = 1;

    private const int MaxFaults = 10;
    private readonly List<string> _faults = [];

    private CatalogPolicyReader()
    {
    }

    /// <summary>Reads a policy.</summary>
    /// <param name="text">YAML or JSON.</param>
    /// <param name="faults">Why it is none, each as <c>path: explanation</c>; empty when it is one.</param>
    /// <returns>Null when there is a fault.</returns>
    public static CatalogPolicyDocument? Read(string text, out IReadOnlyList<string> faults)
    {
        var reader = new CatalogPolicyReader();
        CatalogPolicyDocument? document = reader.Document(text);
        faults = [.. reader._faults.Take(MaxFaults).Select(Redactor.Copied)];
        return reader._faults.Count == 0 ? document : null;
    }

    private CatalogPolicyDocument? Document(string text)
    {
        IReadOnlyList<JsonNode> documents;
        try
        {
            documents = KubernetesYaml.Parse(text);
        }
        catch (KubernetesYamlException fault)
        {
            _faults.Add($"document: is not YAML: {fault.Message}");
            return null;
        }

        if (documents is not [JsonObject root])
        {
            _faults.Add("document: has to be one mapping");
            return null;
        }

        Members(root, string.Empty, "version", "validUntil", "entries");
        if (root["version"] is not JsonValue version || version.GetValueKind() != JsonValueKind.Number || version.ToString() != FormatVersion.ToString(CultureInfo.InvariantCulture))
            _faults.Add($"version: has to be {FormatVersion.ToString(CultureInfo.InvariantCulture)}");
        return new(Time(root, "validUntil"), [.. Items(root, "entries", string.Empty).Select(item => Entry(item.Object, item.Path))]);
    }

    private CatalogPolicyEntry Entry(JsonObject entry, string path)
    {
        Members(entry, path, "catalogId", "chart", "allowedVersions", "forbidden", "deprecated", "approvalRequired", "approvals");
        return new()
        {
            CatalogId = Text(entry, "catalogId", path, required: true) ?? string.Empty,
            Chart = Text(entry, "chart", path),
            Allowed = Range(entry, "allowedVersions", path),
            Forbidden = [.. Items(entry, "forbidden", path).Select(item => Noted(item.Object, item.Path))],
            Deprecated = [.. Items(entry, "deprecated", path).Select(item => Noted(item.Object, item.Path))],
            ApprovalRequired = Flag(entry, "approvalRequired", path),
            Approvals = [.. Items(entry, "approvals", path).Select(item => Approval(item.Object, item.Path))],
        };
    }

    private NotedVersions Noted(JsonObject item, string path)
    {
        Members(item, path, "versions", "note");
        return new(Range(item, "versions", path, required: true)!, Text(item, "note", path) ?? string.Empty);
    }

    private RecordedApproval Approval(JsonObject item, string path)
    {
        Members(item, path, "namespace", "name", "versions");
        return new(Name(item, "namespace", path), Name(item, "name", path), Range(item, "versions", path));
    }

    private void Members(JsonObject of, string path, params ReadOnlySpan<string> known)
    {
        foreach ((string member, _) in of)
            if (!known.Contains(member)) _faults.Add($"{Join(path, member)}: is not known here; known are {string.Join(", ", known)}");
    }

    private IEnumerable<(JsonObject Object, string Path)> Items(JsonObject of, string member, string path)
    {
        if (of[member] is not { } node) yield break;
        string place = Join(path, member);
        if (node is not JsonArray list)
        {
            _faults.Add($"{place}: has to be a list");
            yield break;
        }

        for (int i = 0; i < list.Count; i++)
        {
            string item = string.Create(CultureInfo.InvariantCulture, $"{place}[{i}]");
            if (list[i] is JsonObject found) yield return (found, item);
            else _faults.Add($"{item}: has to be a mapping");
        }
    }

    private string? Text(JsonObject of, string member, string path, bool required = false)
    {
        if (of[member] is not { } node)
        {
            if (required) _faults.Add($"{Join(path, member)}: is missing");
            return null;
        }

        if (node is JsonValue value && value.GetValueKind() == JsonValueKind.String)
        {
            string text = value.GetValue<string>();
            if (!required || text.Trim().Length > 0) return text;
            _faults.Add($"{Join(path, member)}: must not be empty");
            return null;
        }

        _faults.Add($"{Join(path, member)}: has to be text; put it in quotes");
        return null;
    }

    private string Name(JsonObject of, string member, string path)
    {
        string name = Text(of, member, path, required: true) ?? string.Empty;
        if (name.Length > 0 && !ChartRules.IsDnsName(name)) _faults.Add($"{Join(path, member)}: is not a name of an object");
        return name;
    }

    private bool Flag(JsonObject of, string member, string path)
    {
        if (of[member] is not { } node) return false;
        if (node is JsonValue value && value.GetValueKind() is JsonValueKind.True or JsonValueKind.False) return node.GetValueKind() == JsonValueKind.True;
        _faults.Add($"{Join(path, member)}: has to be true or false");
        return false;
    }

    private VersionRange? Range(JsonObject of, string member, string path, bool required = false)
    {
        if (Text(of, member, path, required) is not { } text) return null;
        VersionRange? range = VersionRange.TryParse(text);
        if (range is null) _faults.Add($"{Join(path, member)}: '{text}' is not a version or a range of versions");
        return range;
    }

    private DateTimeOffset? Time(JsonObject of, string member)
    {
        if (Text(of, member, string.Empty) is not { } text) return null;
        if (DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)) return time;
        _faults.Add($"{member}: '{text}' is not a time such as 2026-12-31T00:00:00Z");
        return null;
    }

    private static string Join(string path, string member) => path.Length == 0 ? member : $"{path}.{member}";
}
