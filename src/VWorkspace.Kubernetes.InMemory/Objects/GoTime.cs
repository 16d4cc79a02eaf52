using System.Globalization;

namespace VWorkspace.Kubernetes.InMemory.Objects;

/// <summary>Reads times as Go's <c>time.Parse</c> reads them for the API's Time and MicroTime, with its complaints.</summary>
internal static class GoTime
{
    private const string Seconds = "2006-01-02T15:04:05Z07:00";
    private const string Micros = "2006-01-02T15:04:05.000000Z07:00";
    private static readonly (string Name, int Digits, int Min, int Max, string Range)[] Parts =
    [
        ("2006", 4, 0, 9999, ""), ("01", 2, 1, 12, "month"), ("02", 2, 1, 31, "day"), ("15", 2, 0, 23, "hour"), ("04", 2, 0, 59, "minute"), ("05", 2, 0, 59, "second"),
    ];

    /// <summary>The time in the API's own form (UTC, whole seconds or six digits), or what is wrong with the text.</summary>
    public static (string? Text, string? Problem) Read(string text, bool micro)
    {
        var rest = text;
        var numbers = new int[Parts.Length];
        for (var i = 0; i < Parts.Length; i++)
        {
            var part = Parts[i];
            if (i > 0 && !Literal(ref rest, i switch { 1 or 2 => '-', 3 => 'T', _ => ':' }, out var expected)) return (null, Cannot(text, micro, rest, expected));
            if (rest.Length < part.Digits || !rest.AsSpan(0, part.Digits).ContainsOnlyDigits()) return (null, Cannot(text, micro, rest, part.Name));
            numbers[i] = int.Parse(rest.AsSpan(0, part.Digits), CultureInfo.InvariantCulture);
            if (numbers[i] < part.Min || numbers[i] > part.Max) return (null, OutOfRange(text, part.Range));
            rest = rest[part.Digits..];
        }

        if (numbers[0] == 0 || numbers[2] > DateTime.DaysInMonth(numbers[0], numbers[1])) return (null, OutOfRange(text, "day"));
        var ticks = 0L;
        if (micro)
        {
            if (rest.Length < 7 || rest[0] != '.' || !rest.AsSpan(1, 6).ContainsOnlyDigits()) return (null, Cannot(text, micro, rest, ".000000"));
            ticks = long.Parse(rest.AsSpan(1, 6), CultureInfo.InvariantCulture) * TimeSpan.TicksPerMicrosecond;
            rest = rest[7..];
        }
        else if (rest.Length > 1 && rest[0] is '.' or ',' && char.IsAsciiDigit(rest[1]))
        {
            rest = rest[1..].TrimStart('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
        }

        if (!Zone(ref rest, out var offset)) return (null, Cannot(text, micro, rest, "Z07:00"));
        if (rest.Length > 0) return (null, $"parsing time \"{text}\": extra text: \"{rest}\"");
        var time = new DateTimeOffset(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], offset).AddTicks(ticks);
        return (micro ? Timestamps.FormatMicro(time) : Timestamps.Format(time), null);
    }

    private static bool Literal(ref string rest, char literal, out string expected)
    {
        expected = literal.ToString();
        if (rest.Length == 0 || rest[0] != literal) return false;
        rest = rest[1..];
        return true;
    }

    private static bool Zone(ref string rest, out TimeSpan offset)
    {
        offset = TimeSpan.Zero;
        if (rest.StartsWith('Z'))
        {
            rest = rest[1..];
            return true;
        }

        if (rest.Length < 6 || rest[0] is not ('+' or '-') || rest[3] != ':' || !rest.AsSpan(1, 2).ContainsOnlyDigits() || !rest.AsSpan(4, 2).ContainsOnlyDigits()) return false;
        offset = new TimeSpan(int.Parse(rest.AsSpan(1, 2), CultureInfo.InvariantCulture), int.Parse(rest.AsSpan(4, 2), CultureInfo.InvariantCulture), 0) * (rest[0] == '-' ? -1 : 1);
        rest = rest[6..];
        return true;
    }

    private static bool ContainsOnlyDigits(this ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');

    private static string Cannot(string text, bool micro, string rest, string element) => $"parsing time \"{text}\" as \"{(micro ? Micros : Seconds)}\": cannot parse \"{rest}\" as \"{element}\"";

    private static string OutOfRange(string text, string part) => $"parsing time \"{text}\": {part} out of range";
}
