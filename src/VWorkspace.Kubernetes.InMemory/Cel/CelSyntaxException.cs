namespace VWorkspace.Kubernetes.InMemory.Cel;

/// <summary>A fault of an expression, found while it is parsed or checked.</summary>
internal sealed class CelSyntaxException(int position, string problem) : Exception(problem)
{
    public int Position { get; } = position;
}

/// <summary>The text of an expression; it prints messages the way cel-go does.</summary>
internal sealed class CelSource(string text)
{
    public string Text { get; } = text;

    /// <summary>The message with line, column and a mark under the place.</summary>
    public string Describe(int position, string problem)
    {
        position = Math.Clamp(position, 0, Text.Length);
        var lineStart = position == 0 ? 0 : Text.LastIndexOf('\n', position - 1) + 1;
        var lineEnd = Text.IndexOf('\n', lineStart);
        var line = lineEnd < 0 ? Text[lineStart..] : Text[lineStart..lineEnd];
        var number = Text.AsSpan(0, lineStart).Count('\n') + 1;
        var column = position - lineStart;
        return FormattableString.Invariant($"ERROR: <input>:{number}:{column + 1}: {problem}\n | {line.Replace('\t', ' ')}\n | {new string('.', column)}^");
    }
}
