using System.Globalization;

namespace VWorkspace.Operator.Settings;

/// <summary>
/// How many objects each controller works on at once, in the text form of <c>--max-concurrent-reconciles</c>:
/// one number for all, or a list such as <c>applicationinstance=8,operation=4</c>.
/// </summary>
public sealed record ConcurrencyLimits
{
    private static readonly string[] Controllers = ["applicationinstance", "operation", "cluster"];

    private ConcurrencyLimits(int applicationInstance, int operation, int cluster) =>
        (ApplicationInstance, Operation, Cluster) = (applicationInstance, operation, cluster);

    /// <summary>4 for each controller, 1 for <c>cluster</c>.</summary>
    public static ConcurrencyLimits Default { get; } = new(4, 4, 1);

    /// <summary>Workers of the controller <c>applicationinstance</c>.</summary>
    public int ApplicationInstance { get; private init; }

    /// <summary>Workers of the controller <c>operation</c>.</summary>
    public int Operation { get; private init; }

    /// <summary>Workers of the controller <c>cluster</c>; there is one such object, so one is enough.</summary>
    public int Cluster { get; private init; }

    /// <summary>Reads the text form. One number leaves <c>cluster</c> at 1.</summary>
    /// <exception cref="FormatException">The text is neither; the message says what is expected.</exception>
    public static ConcurrencyLimits Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (Positive(text) is { } all) return Default with { ApplicationInstance = all, Operation = all };
        ConcurrencyLimits limits = Default;
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 || Positive(part[(equals + 1)..]) is not { } number) throw Malformed(text);
            limits = part[..equals] switch
            {
                "applicationinstance" => limits with { ApplicationInstance = number },
                "operation" => limits with { Operation = number },
                "cluster" => limits with { Cluster = number },
                _ => throw Malformed(text),
            };
        }
        return limits;
    }

    /// <summary>The text form.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"applicationinstance={ApplicationInstance},operation={Operation},cluster={Cluster}");

    private static int? Positive(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is >= 1 and <= 1000 ? number : null;

    private static FormatException Malformed(string text) =>
        new($"'{text}' is no number of workers: expected a number from 1 to 1000, or a list such as applicationinstance=8,operation=4 ({string.Join(", ", Controllers)})");
}
