using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace VWorkspace.Apps.Tests.Support;

/// <summary>Keeps every log line: the text with its fields, scopes and exceptions, and the transitions among them.</summary>
internal sealed class CollectingLog : ILoggerProvider, ISupportExternalScope
{
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly ConcurrentQueue<string> _transitions = new();
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    /// <summary>Everything that was logged, at every level.</summary>
    public IReadOnlyList<string> Lines => [.. _lines];

    /// <summary>Lines about conditions, as <c>Type=Status/Reason</c>.</summary>
    public IReadOnlyList<string> Transitions => [.. _transitions];

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose()
    {
        // Nothing to release.
    }

    private sealed class Logger(CollectingLog owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => owner._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            string message = formatter(state, exception);
            var fields = state as IReadOnlyList<KeyValuePair<string, object?>> ?? [];
            var scopes = new List<string>();
            owner._scopes.ForEachScope(static (scope, all) => all.Add(scope?.ToString() ?? string.Empty), scopes);
            owner._lines.Enqueue($"{logLevel} {category}: {message} {{{string.Join(", ", fields.Select(f => $"{f.Key}={f.Value}"))}}} [{string.Join("; ", scopes)}] {exception}");
            if (message != "condition changed") return;
            Dictionary<string, object?> named = fields.ToDictionary(f => f.Key, f => f.Value, StringComparer.Ordinal);
            owner._transitions.Enqueue($"{named["type"]}={named["status"]}/{named["reason"]}");
        }
    }
}
