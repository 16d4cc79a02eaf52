namespace VWorkspace.Sandbox;

/// <summary>Something that the caller of the sandbox has to change: a port, a directory, a file. One line, without a trace.</summary>
/// <param name="message">The line.</param>
public sealed class SandboxUsageException(string message) : Exception(message);
