using Microsoft.Extensions.Logging;

namespace VWorkspace.Operator.Settings;

/// <summary>Logging, with the meaning of the <c>--zap-*</c> flags of Go operators.</summary>
public sealed record LogSettings
{
    /// <summary>Lowest level that is written. Default <see cref="LogLevel.Information"/>.</summary>
    public LogLevel Level { get; init; } = LogLevel.Information;

    /// <summary>Form of a line. Default <see cref="LogEncoder.Json"/>.</summary>
    public LogEncoder Encoder { get; init; } = LogEncoder.Json;

    /// <summary>Level from which exceptions carry their stack trace. Default <see cref="LogLevel.Error"/>.</summary>
    public LogLevel StackTraceLevel { get; init; } = LogLevel.Error;

    /// <summary>Form of the time. Default <see cref="LogTimeEncoding.Rfc3339"/>.</summary>
    public LogTimeEncoding TimeEncoding { get; init; } = LogTimeEncoding.Rfc3339;

    /// <summary>What <c>--zap-devel</c> stands for: console, debug, stack traces from warnings on.</summary>
    public static LogSettings Development { get; } = new() { Level = LogLevel.Debug, Encoder = LogEncoder.Console, StackTraceLevel = LogLevel.Warning };
}

/// <summary>Form of a log line.</summary>
public enum LogEncoder
{
    /// <summary>One JSON object.</summary>
    Json,

    /// <summary>Text for people.</summary>
    Console,
}

/// <summary>Form of the time in a log line.</summary>
public enum LogTimeEncoding
{
    /// <summary>RFC 3339 with seconds.</summary>
    Rfc3339,

    /// <summary>RFC 3339 with nanoseconds.</summary>
    Rfc3339Nano,

    /// <summary>ISO 8601 with milliseconds.</summary>
    Iso8601,

    /// <summary>Seconds since 1970 as a number.</summary>
    Epoch,

    /// <summary>Milliseconds since 1970 as a number.</summary>
    Millis,

    /// <summary>Nanoseconds since 1970 as a number.</summary>
    Nano,
}
