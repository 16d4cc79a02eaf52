using Microsoft.Extensions.Logging;
using VWorkspace.Operator.Settings;

namespace VWorkspace.Operator.Logging;

/// <summary>
/// Structured logs as the handbook describes them: one JSON object a line (or text for people), the identity of the cluster in every line,
/// scopes as fields, constant messages, secrets masked.
/// </summary>
[ProviderAlias("Operator")]
internal sealed class OperatorLoggerProvider : ILoggerProvider, ISupportExternalScope, IAsyncDisposable
{
    private readonly LogSettings _settings;
    private readonly LogEncoding _encoding;
    private readonly LogPump _pump;
    private readonly TimeProvider _clock;
    private IExternalScopeProvider? _scopes;

    /// <summary>Starts to write to a stream, which stays open at the end.</summary>
    /// <param name="settings">Level and form.</param>
    /// <param name="identity">Who speaks.</param>
    /// <param name="version">Version in every line.</param>
    /// <param name="stream">Where lines go.</param>
    /// <param name="clock">Clock of <c>ts</c>.</param>
    /// <param name="redact">Given a field's name (null for a message) and a text: the text without secrets.</param>
    public OperatorLoggerProvider(LogSettings settings, LogIdentity identity, string version, Stream stream, TimeProvider clock, Func<string?, string, string> redact)
    {
        _settings = settings;
        _clock = clock;
        _encoding = new LogEncoding(settings, identity, version, redact);
        _pump = new LogPump(stream, clock, DescribeLoss);
    }

    /// <summary>A factory with this provider and the levels of the settings; chatty libraries are heard from warnings on.</summary>
    public ILoggerFactory CreateFactory() => LoggerFactory.Create(builder => builder
        .SetMinimumLevel(_settings.Level)
        .AddFilter("Microsoft", _settings.Level > LogLevel.Warning ? _settings.Level : LogLevel.Warning)
        .AddFilter("System", _settings.Level > LogLevel.Warning ? _settings.Level : LogLevel.Warning)
        .AddProvider(this));

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Logger(this, LogText.Logger(categoryName));

    /// <inheritdoc/>
    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    /// <summary>Nothing: the pump is flushed by <see cref="DisposeAsync"/>, after the factory is gone.</summary>
    public void Dispose() { }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _pump.DisposeAsync();

    private ReadOnlyMemory<byte> DescribeLoss(long lost)
    {
        var fields = new LogFields();
        fields.Collect<KeyValuePair<string, object?>[]>([new("dropped", lost), new("capacity", LogPump.Capacity)], null);
        return _encoding.Encode(_clock.GetUtcNow(), LogLevel.Warning, nameof(LogPump), "log lines dropped", fields, null);
    }

    private sealed class Logger(OperatorLoggerProvider provider, string name) : ILogger
    {
        [ThreadStatic]
        private static LogFields? s_fields;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => provider._scopes?.Push(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && logLevel >= provider._settings.Level;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            // Taken out while in use: the text of a value may log in turn.
            LogFields fields = s_fields ?? new LogFields();
            s_fields = null;
            fields.Collect(state, provider._scopes);
            string message = fields.Message ?? formatter(state, exception);
            provider._pump.Write(provider._encoding.Encode(provider._clock.GetUtcNow(), logLevel, name, message, fields, exception));
            s_fields = fields;
        }
    }
}
