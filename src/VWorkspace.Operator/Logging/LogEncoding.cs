using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using VWorkspace.Kubernetes;
using VWorkspace.Operator.Settings;

namespace VWorkspace.Operator.Logging;

/// <summary>Turns one record into the UTF-8 of one line. Stateless but for its settings.</summary>
internal sealed class LogEncoding(LogSettings settings, LogIdentity identity, string version, Func<string?, string, string> redact)
{
    // Lines are read by people and tools, never by a browser: quotes and control characters are escaped, umlauts are not.
    private static readonly JsonWriterOptions Writer = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>The line with its line end.</summary>
    public ReadOnlyMemory<byte> Encode(DateTimeOffset time, LogLevel level, string logger, string message, LogFields fields, Exception? exception)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        if (settings.Encoder == LogEncoder.Console) WriteConsole(buffer, time, level, logger, message, fields, exception);
        else WriteJson(buffer, time, level, logger, message, fields, exception);
        return buffer.WrittenMemory;
    }

    private void WriteJson(ArrayBufferWriter<byte> buffer, DateTimeOffset time, LogLevel level, string logger, string message, LogFields fields, Exception? exception)
    {
        using (var json = new Utf8JsonWriter(buffer, Writer))
        {
            json.WriteStartObject();
            json.WriteString("level", LogText.Level(level));
            if (LogText.Time(time, settings.TimeEncoding) is { } text) json.WriteString("ts", text);
            else json.WriteNumber("ts", LogText.TimeNumber(time, settings.TimeEncoding));
            json.WriteString("logger", logger);
            json.WriteString("msg", redact(null, message));
            WriteFields(json, fields, exception);
            json.WriteString("cluster_id", identity.ClusterId);
            json.WriteString("org_id", identity.OrganisationId);
            json.WriteString("operator_version", version);
            if (StackTrace(level, exception) is { } trace) json.WriteString("stacktrace", trace);
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
    }

    private void WriteConsole(ArrayBufferWriter<byte> buffer, DateTimeOffset time, LogLevel level, string logger, string message, LogFields fields, Exception? exception)
    {
        string at = LogText.Time(time, settings.TimeEncoding) ?? LogText.TimeNumber(time, settings.TimeEncoding).ToString(CultureInfo.InvariantCulture);
        Encoding.UTF8.GetBytes($"{at}\t{LogText.Level(level).ToUpperInvariant()}\t{logger}\t{redact(null, message)}", buffer);
        if (fields.All.Count > 0 || exception is not null)
        {
            buffer.Write("\t"u8);
            using var json = new Utf8JsonWriter(buffer, Writer);
            json.WriteStartObject();
            WriteFields(json, fields, exception);
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
        if (StackTrace(level, exception) is { } trace) Encoding.UTF8.GetBytes(trace + "\n", buffer);
    }

    private void WriteFields(Utf8JsonWriter json, LogFields fields, Exception? exception)
    {
        foreach ((string name, object? value) in fields.All)
        {
            // The exception says it better, and a name stands once.
            if (exception is not null && name == "error") continue;
            json.WritePropertyName(name);
            WriteValue(json, name, value);
        }
        if (exception is not null) json.WriteString("error", redact("error", LogText.Error(exception)));
    }

    private void WriteValue(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            // The name of an object is no secret, not even that of a Secret under the field "secret".
            case ObjectKey key: json.WriteStringValue(redact(null, key.ToString())); break;
            case string text: json.WriteStringValue(redact(name, text)); break;
            case bool flag when !IsSecret(name): json.WriteBooleanValue(flag); break;
            case int number when !IsSecret(name): json.WriteNumberValue(number); break;
            case long number when !IsSecret(name): json.WriteNumberValue(number); break;
            case double number when double.IsFinite(number) && !IsSecret(name): json.WriteNumberValue(number); break;
            case TimeSpan duration: json.WriteStringValue(redact(name, GoDuration.Format(duration))); break;
            case Exception error: json.WriteStringValue(redact(name, LogText.Error(error))); break;
            case IFormattable formattable: json.WriteStringValue(redact(name, formattable.ToString(null, CultureInfo.InvariantCulture))); break;
            case IEnumerable list when !IsSecret(name):
                json.WriteStartArray();
                foreach (object? item in list) WriteValue(json, name, item is IEnumerable and not string ? item.ToString() : item);
                json.WriteEndArray();
                break;
            default: json.WriteStringValue(redact(name, value.ToString() ?? "")); break;
        }
    }

    private bool IsSecret(string name) => redact(name, "x") != "x";

    private string? StackTrace(LogLevel level, Exception? exception) =>
        exception is not null && level >= settings.StackTraceLevel ? redact("stacktrace", exception.ToString()) : null;
}
