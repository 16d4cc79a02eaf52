using System.Globalization;

namespace VWorkspace.Kubernetes.Yaml;

/// <summary>YAML text that cannot be read. The message carries the position; it never carries the text itself, which may hold secrets.</summary>
public sealed class KubernetesYamlException : FormatException
{
    /// <summary>Creates the error for a position in the text.</summary>
    /// <param name="line">The line, counted from 1.</param>
    /// <param name="column">The column, counted from 1.</param>
    /// <param name="problem">What is wrong, in one sentence without the position.</param>
    /// <param name="innerException">The parser's own error, if it found the problem.</param>
    public KubernetesYamlException(long line, long column, string problem, Exception? innerException = null)
        : base(string.Create(CultureInfo.InvariantCulture, $"yaml: line {line}, column {column}: {problem}"), innerException)
    {
        Line = line;
        Column = column;
        Problem = problem;
    }

    /// <summary>The line of the problem, counted from 1.</summary>
    public long Line { get; }

    /// <summary>The column of the problem, counted from 1.</summary>
    public long Column { get; }

    /// <summary>What is wrong, without the position.</summary>
    public string Problem { get; }
}
