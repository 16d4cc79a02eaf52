using System.Text;

namespace VWorkspace.ControllerRuntime;

/// <summary>Fits texts into the limits of the Events API.</summary>
internal static class EventText
{
    /// <summary>Bytes that a note may have.</summary>
    public const int MaxNoteBytes = 1024;

    /// <summary>The longest beginning of the text that fits into so many bytes of UTF-8 and ends between two characters.</summary>
    public static string Cut(string text, int maxBytes = MaxNoteBytes)
    {
        if (text.Length <= maxBytes / 3 || Encoding.UTF8.GetByteCount(text) <= maxBytes) return text;
        int bytes = 0, end = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > maxBytes) break;
            end += rune.Utf16SequenceLength;
        }

        return text[..end];
    }
}
