using System.Globalization;
using Microsoft.AspNetCore.Http;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;
using VWorkspace.Kubernetes.Selectors;

namespace VWorkspace.Kubernetes.InMemory.Http;

/// <summary>The query of a list, watch or collection deletion, checked as upstream checks it.</summary>
internal sealed record ListQuery
{
    public LabelSelector Labels { get; init; } = LabelSelector.Everything;

    public FieldSelector Fields { get; init; } = FieldSelector.Everything;

    public string ResourceVersion { get; init; } = "";

    public string ResourceVersionMatch { get; init; } = "";

    public long Limit { get; init; }

    public string Continue { get; init; } = "";

    public bool Watch { get; init; }

    public bool AllowWatchBookmarks { get; init; }

    public bool? SendInitialEvents { get; init; }

    public int? TimeoutSeconds { get; init; }

    public static ListQuery Parse(IQueryCollection query, ResourceType type)
    {
        if (!LabelSelector.TryParse(query["labelSelector"], out var labels, out var error)) throw StatusErrors.BadRequest(error);
        if (!FieldSelector.TryParse(query["fieldSelector"], out var fields, out error)) throw StatusErrors.BadRequest(error);
        CheckFields(fields, type);
        var options = new ListQuery
        {
            Labels = labels,
            Fields = fields,
            ResourceVersion = query["resourceVersion"].ToString(),
            ResourceVersionMatch = query["resourceVersionMatch"].ToString(),
            Limit = Number(query["limit"]) ?? 0,
            Continue = query["continue"].ToString(),
            Watch = Flag(query["watch"]) ?? false,
            AllowWatchBookmarks = Flag(query["allowWatchBookmarks"]) ?? false,
            SendInitialEvents = Flag(query["sendInitialEvents"]),
            TimeoutSeconds = Number(query["timeoutSeconds"]) is > 0 and <= int.MaxValue and var timeout ? (int)timeout : null,
        };
        options.Check();
        return options;
    }

    /// <summary>The resource version as a number; null when absent.</summary>
    public long? Revision() => ParseRevision(ResourceVersion);

    public static long? ParseRevision(string text)
    {
        if (text.Length == 0) return null;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var revision)) return revision;
        throw StatusErrors.Unclassified($"resourceVersion: Invalid value: {FieldCause.Quote(text)}: strconv.ParseUint: parsing {FieldCause.Quote(text)}: invalid syntax");
    }

    /// <summary>A number of a query; null when absent.</summary>
    public static long? Number(string? text)
    {
        if (string.IsNullOrEmpty(text)) return null;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return number;
        throw StatusErrors.BadRequest($"strconv.ParseInt: parsing {FieldCause.Quote(text)}: invalid syntax");
    }

    public bool Matches(Storage.StoredObject obj, ResourceType type)
    {
        if (!Labels.IsEverything && !Labels.Matches(obj.Labels)) return false;
        return Fields.IsEverything || Fields.Matches(field => FieldValue(obj, type, field));
    }

    private static string FieldValue(Storage.StoredObject obj, ResourceType type, string field) => field switch
    {
        "metadata.name" => obj.Name,
        "metadata.namespace" => obj.Namespace,
        _ => type.Strategy.FieldValue(obj.Node, field),
    };

    internal static bool? Flag(string? value) => value switch
    {
        null or "" => null,
        "0" or "false" or "False" or "FALSE" or "f" or "F" => false,
        _ => true,
    };

    private static void CheckFields(FieldSelector fields, ResourceType type)
    {
        foreach (var requirement in fields.Requirements)
        {
            if (requirement.Field == "metadata.name" || (requirement.Field == "metadata.namespace" && type.Namespaced) || requirement.Field == "metadata.namespace") continue;
            if (type.Strategy.SelectableFields.Contains(requirement.Field, StringComparer.Ordinal)) continue;
            throw StatusErrors.BadRequest(type.IsCustom || type.Strategy.SelectableFields.Count > 0
                ? $"field label not supported: {requirement.Field}"
                : $"{FieldCause.Quote(requirement.Field)} is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
        }
    }

    private void Check()
    {
        var causes = new List<FieldCause>();
        var match = ResourceVersionMatch;
        if (Watch)
        {
            if (SendInitialEvents is not null)
            {
                if (match.Length == 0) causes.Add(FieldCause.Forbidden("resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
                else if (match != "NotOlderThan") causes.Add(FieldCause.NotSupported("resourceVersionMatch", match, "NotOlderThan"));
            }
            else if (match.Length > 0)
            {
                causes.Add(FieldCause.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
            }

            if (Continue.Length > 0) causes.Add(FieldCause.Forbidden("continue", "continue is forbidden for watch"));
            if (causes.Count == 0 && SendInitialEvents == true && ResourceVersion is not ("" or "0")) _ = Revision();
        }
        else
        {
            if (SendInitialEvents is not null) causes.Add(FieldCause.Forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
            if (match.Length > 0)
            {
                if (ResourceVersion.Length == 0) causes.Add(FieldCause.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided"));
                if (Continue.Length > 0) causes.Add(FieldCause.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided"));
                if (match is not ("Exact" or "NotOlderThan")) causes.Add(FieldCause.NotSupported("resourceVersionMatch", match, "Exact", "NotOlderThan", ""));
                if (match == "Exact" && ResourceVersion == "0") causes.Add(FieldCause.Forbidden("resourceVersionMatch", "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""));
            }

            if (Continue.Length > 0 && ResourceVersion is not ("" or "0"))
                throw StatusErrors.BadRequest("specifying resource version is not allowed when using continue");
        }

        if (causes.Count > 0) throw StatusErrors.Invalid(new GroupResource("meta.k8s.io", "ListOptions"), "", causes);
    }
}
