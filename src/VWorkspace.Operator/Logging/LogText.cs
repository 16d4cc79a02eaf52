using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using VWorkspace.Operator.Settings;

namespace VWorkspace.Operator.Logging;

/// <summary>The small words of a log line: levels, times, names of loggers and fields.</summary>
internal static class LogText
{
    private static readonly DateTimeOffset Epoch = DateTimeOffset.UnixEpoch;

    /// <summary>One of the four levels of the contract.</summary>
    public static string Level(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        _ => "error",
    };

    /// <summary>A component's name: the type without its namespace; categories of libraries stay whole.</summary>
    public static string Logger(string category) =>
        category.StartsWith("VWorkspace.", StringComparison.Ordinal) ? category[(category.LastIndexOf('.') + 1)..] : category;

    /// <summary>A field's name, without the @ of a C# name that is a keyword. A C# name such as <c>DurationMs</c> becomes <c>duration_ms</c>; one that starts in lower case is meant as it is written.</summary>
    public static string Field(string name)
    {
        name = name.TrimStart('@');
        if (name.Length == 0 || !char.IsAsciiLetterUpper(name[0])) return name;
        var text = new StringBuilder(name.Length + 4);
        for (int i = 0; i < name.Length; i++)
        {
            bool startsWord = char.IsAsciiLetterUpper(name[i]) && i > 0
                && (!char.IsAsciiLetterUpper(name[i - 1]) || (i + 1 < name.Length && char.IsAsciiLetterLower(name[i + 1])));
            if (startsWord) text.Append('_');
            text.Append(char.ToLowerInvariant(name[i]));
        }
        return text.ToString();
    }

    /// <summary>The time as text, or null when the encoding is a number; then <see cref="TimeNumber"/> gives it.</summary>
    public static string? Time(DateTimeOffset time, LogTimeEncoding encoding) => encoding switch
    {
        LogTimeEncoding.Rfc3339 => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        LogTimeEncoding.Rfc3339Nano => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture),
        LogTimeEncoding.Iso8601 => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        _ => null,
    };

    /// <summary>The time as a number: seconds, milliseconds or nanoseconds since 1970.</summary>
    public static decimal TimeNumber(DateTimeOffset time, LogTimeEncoding encoding)
    {
        decimal ticks = (time - Epoch).Ticks;
        return encoding switch
        {
            LogTimeEncoding.Millis => ticks / TimeSpan.TicksPerMillisecond,
            LogTimeEncoding.Nano => ticks * 100,
            _ => ticks / TimeSpan.TicksPerSecond,
        };
    }

    /// <summary>The messages of an exception and its causes, outermost first.</summary>
    public static string Error(Exception exception)
    {
        if (exception.InnerException is null) return exception.Message;
        var text = new StringBuilder(exception.Message);
        for (Exception? cause = exception.InnerException; cause is not null; cause = cause.InnerException)
        {
            // Many wrappers repeat their cause already.
            if (exception.Message.Contains(cause.Message, StringComparison.Ordinal)) continue;
            text.Append(": ").Append(cause.Message);
        }
        return text.ToString();
    }
}
