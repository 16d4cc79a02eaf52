using System.Text;

namespace VWorkspace.Kubernetes.Transport;

/// <summary>
/// Texts of <c>Warning</c> headers (RFC 7234 5.5: code, agent, quoted text, optional date; several in one header). Only code 299 with agent <c>-</c> is an API
/// server's own; others are left out, as upstream does. What does not parse is skipped: a warning is never worth a failure.
/// </summary>
internal static class WarningHeader
{
    /// <summary>Reads all warnings of an answer.</summary>
    public static IReadOnlyList<string> Read(HttpResponseMessage response)
    {
        if (!response.Headers.NonValidated.TryGetValues("Warning", out var values)) return [];
        var texts = new List<string>();
        foreach (string value in values) Parse(value, texts);
        return texts;
    }

    internal static void Parse(ReadOnlySpan<char> value, List<string> texts)
    {
        while (true)
        {
            value = value.TrimStart(" \t,");
            int open = value.IndexOf('"');
            if (open < 0) return;
            ReadOnlySpan<char> head = value[..open].Trim();
            value = value[(open + 1)..];
            if (Quoted(ref value) is not { } text) return;
            if (head is "299 -" && text.Length > 0) texts.Add(text);
            value = value.TrimStart();
            // An optional date in quotes follows before the comma.
            if (!value.IsEmpty && value[0] == '"')
            {
                value = value[1..];
                if (Quoted(ref value) is null) return;
            }
        }
    }

    /// <summary>Reads up to the closing quote, taking escapes back; control characters become blanks.</summary>
    private static string? Quoted(ref ReadOnlySpan<char> value)
    {
        var text = new StringBuilder(value.Length);
        for (int i = 0; i < value.Length; i++)
        {
            char c = value[i];
            if (c == '"')
            {
                value = value[(i + 1)..];
                return text.ToString();
            }

            if (c == '\\' && ++i < value.Length) c = value[i];
            text.Append(char.IsControl(c) ? ' ' : c);
        }

        return null;
    }
}
