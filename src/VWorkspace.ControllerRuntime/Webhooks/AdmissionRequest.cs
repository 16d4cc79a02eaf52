using System.Text.Json.Nodes;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>What the API server asks an admission webhook (<c>admission.k8s.io/v1 AdmissionReview</c>).</summary>
public sealed record AdmissionRequest
{
    /// <summary>Identity of the question; the answer repeats it.</summary>
    public required string Uid { get; init; }

    /// <summary>Kind of the object, in the version that the webhook asked for.</summary>
    public required GroupVersionKind Kind { get; init; }

    /// <summary>Lower-case plural of the resource.</summary>
    public required string Resource { get; init; }

    /// <summary>For instance <c>status</c>; null for the object itself.</summary>
    public string? SubResource { get; init; }

    /// <summary>Namespace and name; the name is empty while the server has not made one from <c>generateName</c>.</summary>
    public required ObjectKey Key { get; init; }

    /// <summary>What is to be done.</summary>
    public required AdmissionOperation Operation { get; init; }

    /// <summary>Who asks.</summary>
    public required AdmissionUser User { get; init; }

    /// <summary>The object as it will be; null for deletions. Handlers that default change it in place.</summary>
    public JsonObject? Object { get; init; }

    /// <summary>The object as it is; null for creations.</summary>
    public JsonObject? OldObject { get; init; }

    /// <summary>Nothing will be stored: the handler must have no side effects.</summary>
    public bool DryRun { get; init; }

    internal static AdmissionRequest Parse(JsonObject request)
    {
        JsonNode kind = request["kind"] ?? throw new FormatException("request.kind is missing");
        return new()
        {
            Uid = Required(request, "uid"),
            Kind = new((string?)kind["group"] ?? string.Empty, (string?)kind["version"] ?? string.Empty, (string?)kind["kind"] ?? string.Empty),
            Resource = (string?)request["resource"]?["resource"] ?? string.Empty,
            SubResource = (string?)request["subResource"] is { Length: > 0 } subResource ? subResource : null,
            Key = new((string?)request["namespace"] ?? string.Empty, (string?)request["name"] ?? string.Empty),
            Operation = Required(request, "operation") switch
            {
                "CREATE" => AdmissionOperation.Create,
                "UPDATE" => AdmissionOperation.Update,
                "DELETE" => AdmissionOperation.Delete,
                "CONNECT" => AdmissionOperation.Connect,
                var other => throw new FormatException($"request.operation '{other}' is unknown"),
            },
            User = new(
                (string?)request["userInfo"]?["username"] ?? string.Empty,
                (string?)request["userInfo"]?["uid"],
                [.. (request["userInfo"]?["groups"] as JsonArray ?? []).Select(static group => (string?)group ?? string.Empty)]),
            Object = request["object"] as JsonObject,
            OldObject = request["oldObject"] as JsonObject,
            DryRun = (bool?)request["dryRun"] ?? false,
        };
    }

    private static string Required(JsonObject request, string member) =>
        (string?)request[member] is { Length: > 0 } value ? value : throw new FormatException($"request.{member} is missing");
}

/// <summary>What is to be done with an object.</summary>
public enum AdmissionOperation
{
    /// <summary>A new object.</summary>
    Create,

    /// <summary>A change.</summary>
    Update,

    /// <summary>A deletion.</summary>
    Delete,

    /// <summary>A connection to a subresource, for instance <c>pods/exec</c>.</summary>
    Connect,
}

/// <summary>Who asks the API server.</summary>
/// <param name="Name">User name.</param>
/// <param name="Uid">UID of the user, or null.</param>
/// <param name="Groups">Groups of the user.</param>
public sealed record AdmissionUser(string Name, string? Uid, IReadOnlyList<string> Groups);
