using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;

namespace VWorkspace.Sandbox.StandIns.Flux;

/// <summary>One revision in Helm's storage: a Secret <c>sh.helm.release.v1.&lt;name&gt;.v&lt;N&gt;</c> in Helm's own encoding.</summary>
internal sealed record StoredRelease
{
    public required string Name { get; init; }
    public required string Namespace { get; init; }
    public required int Version { get; init; }
    public required string Status { get; init; }
    public required string ChartName { get; init; }
    public required string ChartVersion { get; init; }
    public required string AppVersion { get; init; }
    public required JsonObject Config { get; init; }
    public required IReadOnlyList<JsonObject> Objects { get; init; }
    public required DateTimeOffset FirstDeployed { get; init; }
    public required DateTimeOffset LastDeployed { get; init; }
    public DateTimeOffset? Deleted { get; init; }
    public string Description { get; init; } = string.Empty;

    public bool IsPending => Status.StartsWith("pending-", StringComparison.Ordinal);

    public string SecretName => string.Create(CultureInfo.InvariantCulture, $"sh.helm.release.v1.{Name}.v{Version}");

    /// <summary><c>namespace/name.vN</c>.</summary>
    public string FullName => string.Create(CultureInfo.InvariantCulture, $"{Namespace}/{Name}.v{Version}");

    public string ConfigDigest => ChartCatalogue.DigestOf(CanonicalJson.Write(Config));

    public string Digest => ChartCatalogue.DigestOf(CanonicalJson.Write(ToJson()));

    /// <summary>How helm-controller remembers this revision.</summary>
    public Snapshot ToSnapshot(string? action, string? ociDigest) => new()
    {
        Action = action,
        AppVersion = AppVersion,
        ChartName = ChartName,
        ChartVersion = ChartVersion,
        ConfigDigest = ConfigDigest,
        Deleted = Deleted is { } deleted ? Time(deleted) : null,
        Digest = Digest,
        FirstDeployed = Time(FirstDeployed),
        LastDeployed = Time(LastDeployed),
        Name = Name,
        Namespace = Namespace,
        OciDigest = ociDigest,
        Status = Status,
        Version = Version,
    };

    public JsonObject ToSecret(DateTimeOffset now) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Secret",
        ["metadata"] = new JsonObject
        {
            ["name"] = SecretName,
            ["namespace"] = Namespace,
            ["labels"] = new JsonObject
            {
                ["modifiedAt"] = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
                ["name"] = Name,
                ["owner"] = "helm",
                ["status"] = Status,
                ["version"] = Version.ToString(CultureInfo.InvariantCulture),
            },
        },
        ["type"] = "helm.sh/release.v1",
        ["data"] = new JsonObject { ["release"] = Encode() },
    };

    /// <summary>Reads a Secret of Helm's storage; null when it is not one or is damaged.</summary>
    public static StoredRelease? FromSecret(JsonObject secret)
    {
        if ((string?)secret["data"]?["release"] is not { } data) return null;
        try
        {
            byte[] zipped = Convert.FromBase64String(Encoding.ASCII.GetString(Convert.FromBase64String(data)));
            using var unzip = new GZipStream(new MemoryStream(zipped), CompressionMode.Decompress);
            return JsonNode.Parse(unzip) is JsonObject json ? FromJson(json) : null;
        }
        catch (Exception exception) when (exception is FormatException or InvalidDataException or System.Text.Json.JsonException or InvalidOperationException or NullReferenceException)
        {
            return null;
        }
    }

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private JsonObject ToJson()
    {
        var info = new JsonObject
        {
            ["first_deployed"] = Time(FirstDeployed),
            ["last_deployed"] = Time(LastDeployed),
            ["deleted"] = Deleted is { } deleted ? Time(deleted) : string.Empty,
            ["description"] = Description,
            ["status"] = Status,
        };
        var manifest = new StringBuilder();
        foreach (JsonObject obj in Objects) manifest.Append("---\n").Append(obj.ToJsonString()).Append('\n');
        return new()
        {
            ["name"] = Name,
            ["info"] = info,
            ["chart"] = new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = ChartName, ["version"] = ChartVersion, ["apiVersion"] = "v2", ["appVersion"] = AppVersion },
            },
            ["config"] = Config.DeepClone(),
            ["manifest"] = manifest.ToString(),
            ["version"] = Version,
            ["namespace"] = Namespace,
        };
    }

    private static StoredRelease FromJson(JsonObject json)
    {
        JsonNode info = json["info"]!, chart = json["chart"]!["metadata"]!;
        return new()
        {
            Name = (string)json["name"]!,
            Namespace = (string)json["namespace"]!,
            Version = (int)json["version"]!,
            Status = (string)info["status"]!,
            ChartName = (string)chart["name"]!,
            ChartVersion = (string)chart["version"]!,
            AppVersion = (string?)chart["appVersion"] ?? string.Empty,
            Config = json["config"]?.DeepClone() as JsonObject ?? [],
            Objects =
            [
                .. ((string)json["manifest"]!).Split("---\n", StringSplitOptions.RemoveEmptyEntries)
                    .Select(document => JsonNode.Parse(document)!.AsObject()),
            ],
            FirstDeployed = ReadTime(info["first_deployed"]) ?? default,
            LastDeployed = ReadTime(info["last_deployed"]) ?? default,
            Deleted = ReadTime(info["deleted"]),
            Description = (string?)info["description"] ?? string.Empty,
        };
    }

    private static DateTimeOffset? ReadTime(JsonNode? node) =>
        DateTimeOffset.TryParse((string?)node, CultureInfo.InvariantCulture, out DateTimeOffset time) ? time : null;

    private string Encode()
    {
        var buffer = new MemoryStream();
        using (var zip = new GZipStream(buffer, CompressionLevel.Fastest, leaveOpen: true)) zip.Write(Encoding.UTF8.GetBytes(ToJson().ToJsonString()));
        return Convert.ToBase64String(Encoding.ASCII.GetBytes(Convert.ToBase64String(buffer.GetBuffer(), 0, (int)buffer.Length)));
    }
}

/// <summary>JSON with sorted keys and no white space, so that equal content has one digest.</summary>
internal static class CanonicalJson
{
    public static string Write(JsonNode? node) => Sorted(node)?.ToJsonString() ?? "null";

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject obj => new JsonObject(obj.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => KeyValuePair.Create(member.Key, Sorted(member.Value)))),
        JsonArray array => new JsonArray([.. array.Select(Sorted)]),
        null => null,
        _ => node.DeepClone(),
    };
}
