using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Registry;

namespace VWorkspace.Kubernetes.InMemory.Errors;

/// <summary>The error answers of <c>k8s.io/apimachinery/pkg/api/errors</c>, text for text.</summary>
internal static class StatusErrors
{
    public static JsonObject Build(int code, string reason, string message, JsonObject? details = null)
    {
        var status = new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Failure", ["message"] = message };
        if (reason.Length > 0) status["reason"] = reason;
        if (details is not null) status["details"] = details;
        status["code"] = code;
        return status;
    }

    public static JsonObject Details(string name, GroupResource resource)
    {
        var details = new JsonObject();
        if (name.Length > 0) details["name"] = name;
        if (resource.Group.Length > 0) details["group"] = resource.Group;
        if (resource.Resource.Length > 0) details["kind"] = resource.Resource;
        return details;
    }

    public static StatusException Of(int code, string reason, string message, JsonObject? details = null) => new(code, Build(code, reason, message, details));

    public static StatusException BadRequest(string message) => Of(400, "BadRequest", message);

    public static StatusException Internal(string message) => Of(500, "InternalError", "Internal error occurred: " + message,
        new JsonObject { ["causes"] = new JsonArray(new JsonObject { ["message"] = message }) });

    /// <summary>A plain Go error that reached the client: code 500 and no reason.</summary>
    public static StatusException Unclassified(string message) => Of(500, "", message);

    public static StatusException Unauthorized() => Of(401, "Unauthorized", "Unauthorized");

    public static StatusException NotFound(GroupResource resource, string name) =>
        Of(404, "NotFound", $"{resource} \"{name}\" not found", Details(name, resource));

    public static StatusException PageNotFound() => Of(404, "NotFound", "the server could not find the requested resource", []);

    public static StatusException AlreadyExists(GroupResource resource, string name, bool isBeingDeleted = false) =>
        Of(409, "AlreadyExists", $"{(isBeingDeleted ? "object is being deleted: " : "")}{resource} \"{name}\" already exists", Details(name, resource));

    public static StatusException Conflict(GroupResource resource, string name, string why) =>
        Of(409, "Conflict", $"Operation cannot be fulfilled on {resource} \"{name}\": {why}", Details(name, resource));

    /// <summary>A replacement of an object that is another one by now, or none: etcd's storage layer shows through.</summary>
    public static StatusException UidMismatch(ResourceType type, string ns, string name, string wanted, string actual) => Conflict(type.Resource, name,
        $"StorageError: invalid object, Code: 4, Key: {type.StoragePath(ns, name)}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: {wanted}, UID in object meta: {actual}");

    public static StatusException Modified(GroupResource resource, string name) =>
        Conflict(resource, name, "the object has been modified; please apply your changes to the latest version and try again");

    public static StatusException Forbidden(GroupResource resource, string name, string why)
    {
        var subject = name.Length > 0 ? $"{resource} \"{name}\" is forbidden: {why}" : resource.Resource.Length > 0 ? $"{resource} is forbidden: {why}" : $"forbidden: {why}";
        return Of(403, "Forbidden", subject, Details(name, resource));
    }

    /// <param name="kind">Group and kind, as <c>Widget.demo.example.com</c> is made of.</param>
    /// <param name="name">The object's name, may be empty.</param>
    /// <param name="causes">At least one cause.</param>
    public static StatusException Invalid(GroupResource kind, string name, IReadOnlyCollection<FieldCause> causes)
    {
        var details = Details(name, kind);
        details["causes"] = new JsonArray([.. causes.Select(c => (JsonNode)c.ToJson())]);
        // Upstream aggregates drop repeated messages, but the list of causes keeps them.
        var texts = causes.Select(c => c.ToString()).Distinct(StringComparer.Ordinal).ToList();
        var text = texts.Count == 1 ? texts[0] : "[" + string.Join(", ", texts) + "]";
        return Of(422, "Invalid", $"{kind} \"{name}\" is invalid: {text}", details);
    }

    public static StatusException Rejected() => Of(422, "Invalid", "the server rejected our request due to an error in our request", []);

    public static StatusException MethodNotAllowed() =>
        Of(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", []);

    public static StatusException MethodNotSupported(GroupResource resource, string verb) =>
        Of(405, "MethodNotAllowed", $"{verb} is not supported on resources of kind \"{resource}\"", Details("", resource));

    public static StatusException UnsupportedMediaType(IEnumerable<string> accepted) =>
        Of(415, "UnsupportedMediaType", $"the body of the request was in an unknown format - accepted media types include: {string.Join(", ", accepted)}");

    /// <summary>What the router of the built-in kinds says before any handler has seen the request.</summary>
    public static StatusException UnsupportedMediaTypeByRouter() => Of(415, "UnsupportedMediaType", "415: Unsupported Media Type", []);

    public static StatusException NotAcceptable(IEnumerable<string> accepted) =>
        Of(406, "NotAcceptable", $"only the following media types are accepted: {string.Join(", ", accepted)}");

    /// <summary>A representation that the answer cannot take.</summary>
    public static StatusException NotAcceptableShape(string message) => Of(406, "NotAcceptable", message);

    public static StatusException Expired(string message) => Of(410, "Expired", message);

    public static StatusException TooOld(long requested, long oldest) =>
        Expired(string.Create(CultureInfo.InvariantCulture, $"too old resource version: {requested} ({oldest})"));

    public static StatusException TooLargeResourceVersion(long requested, long current)
    {
        var details = new JsonObject
        {
            ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ResourceVersionTooLarge", ["message"] = "Too large resource version" }),
            ["retryAfterSeconds"] = 1,
        };
        var message = string.Create(CultureInfo.InvariantCulture, $"Timeout: Too large resource version: {requested}, current: {current}");
        return new StatusException(504, Build(504, "Timeout", message, details), retryAfterSeconds: 1);
    }

    public static StatusException TooManyRequests(string message, int retryAfterSeconds) =>
        new(429, Build(429, "TooManyRequests", message, new JsonObject { ["retryAfterSeconds"] = retryAfterSeconds }), retryAfterSeconds);

    public static JsonObject Success(string name, GroupResource resource, string uid)
    {
        var details = Details(name, resource);
        if (uid.Length > 0) details["uid"] = uid;
        return new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Success", ["details"] = details };
    }
}
