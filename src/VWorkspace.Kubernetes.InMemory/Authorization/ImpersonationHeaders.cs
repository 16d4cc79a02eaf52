using Microsoft.AspNetCore.Http;
using VWorkspace.Kubernetes.InMemory.Errors;

namespace VWorkspace.Kubernetes.InMemory.Authorization;

/// <summary>The <c>Impersonate-*</c> headers of a request (<c>kubectl --as</c>), one value for each header line.</summary>
internal static class ImpersonationHeaders
{
    private const string ExtraPrefix = "Impersonate-Extra-";

    /// <summary>The user as asked for, without anything the server adds; null when nobody is.</summary>
    /// <exception cref="StatusException">400: something is asked for without a user name.</exception>
    public static UserInfo? Read(IHeaderDictionary headers)
    {
        var name = First(headers, "Impersonate-User");
        var uid = First(headers, "Impersonate-Uid");
        string[] groups = [.. headers["Impersonate-Group"].OfType<string>()];
        SortedDictionary<string, IReadOnlyList<string>>? extra = null;
        foreach (var (header, values) in headers)
        {
            if (!header.StartsWith(ExtraPrefix, StringComparison.OrdinalIgnoreCase)) continue;
            extra ??= new(StringComparer.Ordinal);
            // Both cases of a key are one header name already; different escapes of one key are not.
            var key = Uri.UnescapeDataString(header[ExtraPrefix.Length..].ToLowerInvariant());
            extra[key] = [.. extra.GetValueOrDefault(key) ?? [], .. values.OfType<string>()];
        }

        if (name.Length == 0 && uid.Length == 0 && groups.Length == 0 && extra is null) return null;
        if (name.Length == 0) throw StatusErrors.BadRequest($"requested {GoText(uid, groups, extra)} without impersonating a user name");
        var wanted = new UserInfo(name, uid, groups);
        return extra is null ? wanted : wanted with { Extra = extra };
    }

    /// <summary>The first value, as Go's <c>Header.Get</c>.</summary>
    private static string First(IHeaderDictionary headers, string name) => headers[name] is { Count: > 0 } values ? values[0] ?? "" : "";

    /// <summary>How Go prints the user in upstream's message (<c>%#v</c>).</summary>
    private static string GoText(string uid, string[] groups, IReadOnlyDictionary<string, IReadOnlyList<string>>? extra)
    {
        var extras = extra is null ? "(nil)" : "{" + string.Join(", ", extra.Select(e => FieldCause.Quote(e.Key) + ":" + List(e.Value))) + "}";
        return $"&user.DefaultInfo{{Name:\"\", UID:{FieldCause.Quote(uid)}, Groups:{(groups.Length == 0 ? "[]string(nil)" : List(groups))}, Extra:map[string][]string{extras}}}";

        static string List(IEnumerable<string> values) => "[]string{" + string.Join(", ", values.Select(FieldCause.Quote)) + "}";
    }
}
