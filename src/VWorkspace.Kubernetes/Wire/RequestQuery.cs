using System.Globalization;
using System.Text;

namespace VWorkspace.Kubernetes.Wire;

/// <summary>Query strings, in a fixed order so that requests can be compared.</summary>
internal static class RequestQuery
{
    /// <summary>Path and query of a list.</summary>
    public static string Of(string path, ListOptions options) => new Builder(path)
        .Add("labelSelector", options.LabelSelector)
        .Add("fieldSelector", options.FieldSelector)
        .Add("resourceVersion", options.ResourceVersion)
        .Add("resourceVersionMatch", options.ResourceVersionMatch)
        .Add("limit", options.Limit?.ToString(CultureInfo.InvariantCulture))
        .Add("continue", options.Continue)
        .Add("timeoutSeconds", Seconds(options.Timeout))
        .ToString();

    /// <summary>Path and query of a watch. Initial events are only granted together with <c>NotOlderThan</c>.</summary>
    public static string Of(string path, WatchOptions options) => new Builder(path)
        .Add("watch", "true")
        .Add("labelSelector", options.LabelSelector)
        .Add("fieldSelector", options.FieldSelector)
        .Add("resourceVersion", options.ResourceVersion)
        .Add("allowWatchBookmarks", options.AllowBookmarks ? "true" : null)
        .Add("sendInitialEvents", options.SendInitialEvents ? "true" : null)
        .Add("resourceVersionMatch", options.SendInitialEvents ? "NotOlderThan" : null)
        .Add("timeoutSeconds", Seconds(options.Timeout))
        .ToString();

    /// <summary>Path and query of a write.</summary>
    public static string Of(string path, WriteOptions options) => new Builder(path)
        .Add("fieldManager", options.FieldManager)
        .Add("force", options.Force ? "true" : null)
        .Add("dryRun", options.DryRun ? "All" : null)
        .Add("fieldValidation", options.FieldValidation)
        .ToString();

    /// <summary>Whole seconds, at least one: zero means "no limit" to the server.</summary>
    private static string? Seconds(TimeSpan? time) => time is { } t ? Math.Max(1, (long)Math.Ceiling(t.TotalSeconds)).ToString(CultureInfo.InvariantCulture) : null;

    private sealed class Builder(string path)
    {
        private readonly StringBuilder _text = new(path);
        private char _separator = '?';

        public Builder Add(string name, string? value)
        {
            if (string.IsNullOrEmpty(value)) return this;
            _text.Append(_separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
            _separator = '&';
            return this;
        }

        public override string ToString() => _text.ToString();
    }
}
