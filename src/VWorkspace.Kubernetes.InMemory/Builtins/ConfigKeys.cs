using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.Builtins;

/// <summary>The rules that ConfigMaps and Secrets share.</summary>
internal static partial class ConfigKeys
{
    private const int SizeLimit = 1024 * 1024;
    private const string KeyFormat = "[-._a-zA-Z0-9]+";

    public static IEnumerable<FieldCause> Check(JsonObject data, string field)
    {
        var size = 0L;
        foreach (var (key, value) in data)
        {
            if (key.Length > 253) yield return FieldCause.Invalid($"{field}[{key}]", key, "must be no more than 253 bytes");
            else if (!Key().IsMatch(key)) yield return FieldCause.Invalid($"{field}[{key}]", key, $"a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '{KeyFormat}')");
            else if (key is "." or "..") yield return FieldCause.Invalid($"{field}[{key}]", key, $"must not be '{key}'");
            size += value.AsText()?.Length ?? 0;
        }

        if (size > SizeLimit) yield return FieldCause.TooLong(field.Length == 0 ? "" : field, SizeLimit);
    }

    public static IEnumerable<FieldCause> CheckImmutable(JsonObject obj, JsonObject old, params string[] fields)
    {
        if (old.Flag("immutable") != true) yield break;
        const string why = "field is immutable when `immutable` is set";
        if (obj.Flag("immutable") != true) yield return FieldCause.Forbidden("immutable", why);
        foreach (var field in fields)
            if (!JsonNode.DeepEquals(obj[field], old[field])) yield return FieldCause.Forbidden(field, why);
    }

    [GeneratedRegex("^" + KeyFormat + @"\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Key();
}
