using System.Globalization;
using System.Text;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.ManagedFields;

/// <summary>The name under which a request owns fields.</summary>
internal static class FieldManagerName
{
    /// <summary>The longest name in bytes.</summary>
    public const int MaxLength = 128;

    /// <summary>
    /// The <c>fieldManager</c> parameter or, without one, the User-Agent up to its first slash, without unprintable characters and cut at
    /// <see cref="MaxLength"/> bytes. Empty when there is neither; entries then show <c>unknown</c>.
    /// </summary>
    public static string FromRequest(string? fieldManager, string? userAgent)
    {
        if (!string.IsNullOrEmpty(fieldManager))
        {
            return fieldManager;
        }

        if (string.IsNullOrEmpty(userAgent))
        {
            return string.Empty;
        }

        var slash = userAgent.IndexOf('/', StringComparison.Ordinal);
        var text = new StringBuilder();
        var length = 0;
        foreach (var rune in (slash < 0 ? userAgent : userAgent[..slash]).EnumerateRunes())
        {
            if (!IsPrintable(rune))
            {
                continue;
            }

            if (length + rune.Utf8SequenceLength > MaxLength)
            {
                break;
            }

            length += rune.Utf8SequenceLength;
            text.Append(rune.ToString());
        }

        return text.ToString();
    }

    /// <summary>Why a <c>fieldManager</c> parameter is invalid, as the detail of a field error; null when it is valid.</summary>
    public static string? Validate(string fieldManager)
    {
        if (Encoding.UTF8.GetByteCount(fieldManager) > MaxLength)
        {
            return string.Create(CultureInfo.InvariantCulture, $"Too long: may not be more than {MaxLength} bytes");
        }

        foreach (var rune in fieldManager.EnumerateRunes())
        {
            if (!IsPrintable(rune))
            {
                return "Invalid value: " + GoText.Quote(fieldManager) + ": should only contain printable characters";
            }
        }

        return null;
    }

    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
