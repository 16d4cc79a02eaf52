using Microsoft.AspNetCore.Http;
using VWorkspace.Kubernetes.InMemory.Authorization;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;

namespace VWorkspace.Kubernetes.InMemory.Http;

/// <summary>Reads and checks the query parameters of writes.</summary>
internal static class WriteOptionsReader
{
    private const int ManagerLimit = 128;

    public static WriteParameters Read(HttpContext http, RequestInfo info, UserInfo user)
    {
        var query = http.Request.Query;
        var causes = new List<FieldCause>();
        var dryRun = query["dryRun"].Where(v => v is not null).ToList();
        if (dryRun.Count > 0 && dryRun.Any(v => v != "All")) causes.Add(FieldCause.NotSupported("dryRun", dryRun.First(v => v != "All")!, "All"));
        var manager = query["fieldManager"].ToString();
        if (manager.Length > ManagerLimit) causes.Add(FieldCause.TooLong("fieldManager", ManagerLimit));
        if (manager.Any(char.IsControl)) causes.Add(FieldCause.Invalid("fieldManager", manager, "should not contain unprintable characters"));
        var validation = query["fieldValidation"].ToString();
        if (validation is not ("" or "Ignore" or "Warn" or "Strict")) causes.Add(FieldCause.NotSupported("fieldValidation", validation, "Ignore", "Warn", "Strict"));
        var applies = BodyReader.MediaType(http).StartsWith("application/apply-patch+", StringComparison.Ordinal);
        var force = ListQuery.Flag(query["force"]);
        if (info.Verb == "patch")
        {
            if (applies && manager.Length == 0) causes.Add(FieldCause.Required("fieldManager", "is required for apply patch"));
            if (!applies && force is not null) causes.Add(FieldCause.Forbidden("force", "may not be specified for non-apply patch"));
        }

        if (causes.Count > 0 && info.Verb is "create" or "update" or "patch" or "delete")
        {
            var kind = info.Verb switch { "create" => "CreateOptions", "update" => "UpdateOptions", "patch" => "PatchOptions", _ => "DeleteOptions" };
            throw StatusErrors.Invalid(new GroupResource("meta.k8s.io", kind), "", causes);
        }

        return new WriteParameters
        {
            User = user,
            DryRun = dryRun.Count > 0,
            FieldManager = manager.Length > 0 ? manager : ManagerFromUserAgent(http.Request.Headers.UserAgent.ToString()),
            FieldValidation = validation switch { "Strict" => FieldValidation.Strict, "Ignore" => FieldValidation.Ignore, _ => FieldValidation.Warn },
            Force = force ?? false,
        };
    }

    /// <summary>What stands before the first slash of the User-Agent, without what cannot be printed.</summary>
    private static string ManagerFromUserAgent(string agent)
    {
        var name = new string([.. agent.Split('/')[0].Where(c => !char.IsControl(c)).Take(ManagerLimit)]);
        return name.Length == 0 ? "unknown" : name;
    }
}
