using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace VWorkspace.ControllerRuntime.Tests;

/// <summary>One log line with the fields of its call and of all scopes around it.</summary>
internal sealed record LogLine(string Category, LogLevel Level, string Message, IReadOnlyDictionary<string, object?> Fields, Exception? Exception);

/// <summary>Keeps what is logged.</summary>
internal sealed class RecordingLogs : ILoggerFactory
{
    private readonly LoggerExternalScopeProvider _scopes = new();

    public ConcurrentQueue<LogLine> Lines { get; } = new();

    public IEnumerable<string> Messages => Lines.Select(static line => line.Message);

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void AddProvider(ILoggerProvider provider) { }

    public void Dispose() { }

    private sealed class Logger(RecordingLogs logs, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => logs._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var fields = new Dictionary<string, object?>(StringComparer.Ordinal);
            logs._scopes.ForEachScope(static (scope, into) => Collect(scope, into), fields);
            Collect(state, fields);
            logs.Lines.Enqueue(new(category, logLevel, formatter(state, exception), fields, exception));
        }

        private static void Collect(object? from, Dictionary<string, object?> into)
        {
            if (from is not IEnumerable<KeyValuePair<string, object?>> pairs) return;
            foreach ((string name, object? value) in pairs) into[name] = value;
        }
    }
}
