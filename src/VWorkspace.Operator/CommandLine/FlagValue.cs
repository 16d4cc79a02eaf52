using System.Globalization;
using Microsoft.Extensions.Logging;
using VWorkspace.Operator.Settings;

namespace VWorkspace.Operator.CommandLine;

/// <summary>Reads the values of flags. Every method throws <see cref="FormatException"/> with a text that says what is expected.</summary>
internal static class FlagValue
{
    /// <summary>As Go's <c>strconv.ParseBool</c>.</summary>
    public static bool Boolean(string text) => text switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => throw new FormatException($"'{text}' is neither true nor false"),
    };

    public static int Integer(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : throw new FormatException($"'{text}' is no whole number");

    public static double Real(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : throw new FormatException($"'{text}' is no number");

    public static string NotEmpty(string text) => text.Length > 0 ? text : throw new FormatException("the value must not be empty");

    public static IReadOnlyList<string> List(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Comma-separated <c>name=value</c>.</summary>
    public static IReadOnlyList<string> Pairs(string text)
    {
        IReadOnlyList<string> parts = List(text);
        foreach (string part in parts)
            if (part.Split('=') is not [{ Length: > 0 }, { Length: > 0 }]) throw new FormatException($"'{part}' is not of the form name=value");
        return parts;
    }

    public static T OneOf<T>(string text, params ReadOnlySpan<(string Text, T Value)> choices)
    {
        foreach ((string choice, T value) in choices)
            if (choice == text) return value;
        var expected = new List<string>(choices.Length);
        foreach ((string choice, _) in choices) expected.Add(choice.Length == 0 ? "nothing" : choice);
        throw new FormatException($"'{text}' is not one of {string.Join(", ", expected)}");
    }

    public static string OneOf(string text, params ReadOnlySpan<string> choices)
    {
        var pairs = new (string, string)[choices.Length];
        for (int i = 0; i < choices.Length; i++) pairs[i] = (choices[i], choices[i]);
        return OneOf<string>(text, pairs);
    }

    /// <summary>A level of zap: a name, or a number above zero for more verbosity than <c>info</c>.</summary>
    public static LogLevel Level(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int verbosity) && verbosity > 0)
            return verbosity == 1 ? LogLevel.Debug : LogLevel.Trace;
        return text switch
        {
            "debug" => LogLevel.Debug,
            "info" => LogLevel.Information,
            "warn" => LogLevel.Warning,
            "error" => LogLevel.Error,
            "panic" => LogLevel.Critical,
            _ => throw new FormatException($"'{text}' is no log level: expected debug, info, warn, error, panic, or a number greater than zero"),
        };
    }

    public static LogEncoder Encoder(string text) => OneOf(text, ("json", LogEncoder.Json), ("console", LogEncoder.Console));

    public static LogTimeEncoding TimeEncoding(string text) => OneOf(text,
        ("epoch", LogTimeEncoding.Epoch), ("millis", LogTimeEncoding.Millis), ("nano", LogTimeEncoding.Nano),
        ("iso8601", LogTimeEncoding.Iso8601), ("rfc3339", LogTimeEncoding.Rfc3339), ("rfc3339nano", LogTimeEncoding.Rfc3339Nano));

    public static NamespaceGateMode Gate(string text) =>
        OneOf(text, ("off", NamespaceGateMode.Off), ("warn", NamespaceGateMode.Warn), ("enforce", NamespaceGateMode.Enforce));
}
