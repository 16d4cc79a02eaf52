using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.StrategicMerge;

/// <summary>What came of a strategic merge patch.</summary>
internal abstract record StrategicMergeOutcome
{
    private StrategicMergeOutcome()
    {
    }

    /// <summary>The patched object; it shares no nodes with its sources. It may hold fields the type does not have.</summary>
    public sealed record Patched(JsonObject Object) : StrategicMergeOutcome;

    /// <summary>The patch is bad.</summary>
    /// <param name="Message">The message of the Status.</param>
    /// <param name="StatusCode">400 (reason <c>BadRequest</c>) for a malformed directive, 422 for an unsupported shape, 500 for anything else.</param>
    public sealed record Rejected(string Message, int StatusCode) : StrategicMergeOutcome;
}

/// <summary>Carries a fault out of the recursion; never leaves the folder.</summary>
#pragma warning disable CA1032, CA1064 // Private to the merge: it needs a code, and nobody else may catch it.
internal sealed class PatchFaultException(string message, int statusCode) : Exception(message)
{
    public int StatusCode { get; } = statusCode;

    public static PatchFaultException BadPrimitiveList() => new("invalid patch format of primitive list", 400);

    public static PatchFaultException BadRetainKeys() => new("invalid patch format of retainKeys", 400);

    public static PatchFaultException BadElementOrder() => new("invalid patch format of setElementOrder list", 400);

    public static PatchFaultException ListOfLists() => new("lists of lists are not supported", 422);

    public static PatchFaultException NoMergeKey(JsonNode? item, string key) =>
        new($"map: {GoPrint.Display(item)} does not contain declared merge key: {key}", 500);

    public static PatchFaultException UnknownDirective(JsonNode? directive, JsonNode item) =>
        new($"unknown patch type: {GoPrint.Display(directive)} in map: {GoPrint.Display(item)}", 500);

    public static PatchFaultException BadType(string expected, JsonNode? actual) =>
        new($"expected a {expected}, but received a {(actual is null ? "nil" : GoPrint.TypeName(actual))}", 500);
}
#pragma warning restore CA1032, CA1064
