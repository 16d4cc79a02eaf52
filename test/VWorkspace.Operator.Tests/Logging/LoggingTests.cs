using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using VWorkspace.Api;
using VWorkspace.Kubernetes;
using VWorkspace.Operator.Logging;
using VWorkspace.Operator.Settings;

namespace VWorkspace.Operator.Tests.Logging;

public sealed class LoggingTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 28, 12, 0, 0, 250, TimeSpan.FromHours(2));

    [Test]
    public async Task A_line_is_one_JSON_object_with_the_fields_of_the_contract()
    {
        JsonObject line = (await Lines(logger =>
        {
            using (logger.BeginScope(new Dictionary<string, object?> { ["controller"] = "applicationinstance", ["namespace"] = "org", ["reconcileID"] = "1" }))
                logger.LogInformation("reconcile finished {result} {DurationMs}", "success", 12L);
        }))[0];
        Assert.That(line.ToJsonString(), Is.EqualTo(
            """{"level":"info","ts":"2026-05-28T10:00:00Z","logger":"Reconciler","msg":"reconcile finished {result} {DurationMs}","controller":"applicationinstance","namespace":"org","reconcileID":"1","result":"success","duration_ms":12,"cluster_id":"unregistered","org_id":"unknown","operator_version":"v1.2.3"}"""));
    }

    [Test]
    public async Task The_name_of_a_Secret_stays_readable_a_text_under_that_field_does_not()
    {
        JsonObject[] lines = await Lines(logger =>
        {
            logger.LogInformation("registration succeeded {secret}", new ObjectKey("vworkspace-system", "vworkspace-agent-credentials"));
            logger.LogInformation("registration succeeded {secret}", "hunter2");
        }, redact: (name, text) => name is null ? Redactor.Text(text) : Redactor.Value(name, text));
        Assert.That(lines.Select(line => (string?)line["secret"]), Is.EqualTo(new[] { "vworkspace-system/vworkspace-agent-credentials", "[REDACTED]" }));
    }

    [Test]
    public async Task Names_stand_once_and_the_nearest_wins()
    {
        JsonObject line = (await Lines(logger =>
        {
            using (logger.BeginScope(new Dictionary<string, object?> { ["namespace"] = "outer", ["level"] = "mine" }))
            using (logger.BeginScope(new Dictionary<string, object?> { ["namespace"] = "inner" }))
                logger.LogWarning("text {namespace}", "record");
        }))[0];
        using (Assert.EnterMultipleScope())
        {
            Assert.That((string?)line["namespace"], Is.EqualTo("record"));
            Assert.That((string?)line["level"], Is.EqualTo("warn"));
            Assert.That((string?)line["level_"], Is.EqualTo("mine"));
        }
    }

    [TestCase(LogLevel.Warning, false)]
    [TestCase(LogLevel.Error, true)]
    public async Task Failures_have_an_error_and_from_a_level_on_a_stack_trace(LogLevel level, bool expectsTrace)
    {
        JsonObject line = (await Lines(logger => logger.Log(level, Thrown(), "reconcile failed")))[0];
        using (Assert.EnterMultipleScope())
        {
            Assert.That((string?)line["error"], Is.EqualTo("outside: within"));
            Assert.That(line.ContainsKey("stacktrace"), Is.EqualTo(expectsTrace));
            if (expectsTrace) Assert.That((string?)line["stacktrace"], Does.Contain(nameof(Thrown)));
        }
    }

    [TestCase(LogTimeEncoding.Rfc3339, "\"2026-05-28T10:00:00Z\"")]
    [TestCase(LogTimeEncoding.Rfc3339Nano, "\"2026-05-28T10:00:00.25Z\"")]
    [TestCase(LogTimeEncoding.Iso8601, "\"2026-05-28T10:00:00.250Z\"")]
    [TestCase(LogTimeEncoding.Epoch, "1779962400.25")]
    [TestCase(LogTimeEncoding.Millis, "1779962400250")]
    [TestCase(LogTimeEncoding.Nano, "1779962400250000000")]
    public async Task Time_has_the_form_that_was_asked_for(LogTimeEncoding encoding, string expected) =>
        Assert.That((await Lines(logger => logger.LogInformation("x"), new LogSettings { TimeEncoding = encoding }))[0]["ts"]!.ToJsonString(), Is.EqualTo(expected));

    [Test]
    public async Task The_console_form_is_for_people()
    {
        string text = await Text(logger => logger.LogError(Thrown(), "went wrong {name}", "nextcloud"), new LogSettings { Encoder = LogEncoder.Console });
        Assert.That(text, Does.StartWith("2026-05-28T10:00:00Z\tERROR\tReconciler\twent wrong {name}\t{\"name\":\"nextcloud\",\"error\":\"outside: within\"}\nSystem.InvalidOperationException: outside"));
    }

    [Test]
    public async Task Levels_below_the_setting_and_chatter_of_libraries_are_left_out()
    {
        using var stream = new MemoryStream();
        var provider = Provider(stream, new LogSettings { Level = LogLevel.Debug });
        using (ILoggerFactory factory = provider.CreateFactory())
        {
            factory.CreateLogger("Microsoft.AspNetCore.Hosting").LogInformation("chatter");
            factory.CreateLogger("Microsoft.AspNetCore.Hosting").LogWarning("warning");
            factory.CreateLogger("VWorkspace.X").LogDebug("debug");
            factory.CreateLogger("VWorkspace.X").LogTrace("trace");
        }
        await provider.DisposeAsync();
        Assert.That(Parse(stream).Select(line => ((string?)line["msg"], (string?)line["logger"])), Is.EqualTo(new[] { ("warning", "Microsoft.AspNetCore.Hosting"), ("debug", "X") }));
    }

    [Test]
    public async Task Text_over_several_lines_stays_on_one_and_every_character_survives()
    {
        string text = await Text(logger => logger.LogInformation("x {value}", "a\nb\u2028c \"ü\" \u0001"));
        Assert.That(text.Count(c => c == '\n'), Is.EqualTo(1));
        Assert.That((string?)JsonNode.Parse(text)!["value"], Is.EqualTo("a\nb\u2028c \"ü\" \u0001"));
    }

    [Test]
    public async Task Every_text_goes_through_the_redactor()
    {
        using var stream = new MemoryStream();
        var provider = new OperatorLoggerProvider(new LogSettings(), new LogIdentity(), "v1.2.3", stream, new FixedClock(Noon),
            (name, text) => name is "password" ? "[REDACTED]" : text.Replace("geheim", "[REDACTED]", StringComparison.Ordinal));
        using (ILoggerFactory factory = provider.CreateFactory())
        {
            ILogger logger = factory.CreateLogger("x");
            logger.LogError(new InvalidOperationException("bearer geheim"), "text geheim {password} {other} {list} {nested}", 12345, "geheim", new[] { "geheim" }, new Uri("http://geheim/"));
        }
        await provider.DisposeAsync();
        string line = Encoding.UTF8.GetString(stream.ToArray());
        Assert.That(line, Does.Not.Contain("geheim").And.Not.Contain("12345"));
    }

    [Test]
    public async Task A_change_of_identity_shows_from_the_next_line_on()
    {
        using var stream = new MemoryStream();
        var identity = new LogIdentity();
        var provider = new OperatorLoggerProvider(new LogSettings(), identity, "v1.2.3", stream, new FixedClock(Noon), (_, text) => text);
        using (ILoggerFactory factory = provider.CreateFactory())
        {
            ILogger logger = factory.CreateLogger("x");
            logger.LogInformation("before");
            (identity.ClusterId, identity.OrganisationId) = ("c-1", "org-1");
            logger.LogInformation("after");
        }
        await provider.DisposeAsync();
        Assert.That(Parse(stream).Select(line => ((string?)line["cluster_id"], (string?)line["org_id"])), Is.EqualTo(new[] { ("unregistered", "unknown"), ("c-1", "org-1") }));
    }

    [Test]
    public async Task Who_logs_never_waits_for_a_stuck_reader_and_the_loss_is_told()
    {
        using var stream = new GatedStream();
        var provider = Provider(stream, new LogSettings());
        using (ILoggerFactory factory = provider.CreateFactory())
        {
            ILogger logger = factory.CreateLogger("x");
            logger.LogInformation("first");
            await stream.WriteStarted.Task.WaitAsync(TimeSpan.FromSeconds(30));
            for (int i = 0; i < LogPump.Capacity + 10; i++) logger.LogInformation("line {i}", i);
            stream.Gate.SetResult();
        }
        await provider.DisposeAsync();
        JsonObject[] lines = Parse(stream.Written);
        JsonObject loss = lines.Single(line => (string?)line["msg"] == "log lines dropped");
        Assert.That((long)loss["dropped"]! + lines.Length - 2, Is.EqualTo(LogPump.Capacity + 10));
        Assert.That((long)loss["dropped"]!, Is.GreaterThan(0));
    }

    private static async Task<JsonObject[]> Lines(Action<ILogger> write, LogSettings? settings = null, Func<string?, string, string>? redact = null) =>
        Parse(await Text(write, settings, redact));

    private static async Task<string> Text(Action<ILogger> write, LogSettings? settings = null, Func<string?, string, string>? redact = null)
    {
        using var stream = new MemoryStream();
        var provider = Provider(stream, settings ?? new LogSettings(), redact);
        using (ILoggerFactory factory = provider.CreateFactory()) write(factory.CreateLogger("VWorkspace.ControllerRuntime.Reconciler"));
        await provider.DisposeAsync();
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static OperatorLoggerProvider Provider(Stream stream, LogSettings settings, Func<string?, string, string>? redact = null) =>
        new(settings, new LogIdentity(), "v1.2.3", stream, new FixedClock(Noon), redact ?? ((_, text) => text));

    private static JsonObject[] Parse(MemoryStream stream) => Parse(Encoding.UTF8.GetString(stream.ToArray()));

    private static JsonObject[] Parse(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.AsObject())];

    private static InvalidOperationException Thrown()
    {
        try
        {
            throw new InvalidOperationException("outside", new ArgumentException("within"));
        }
        catch (InvalidOperationException caught)
        {
            return caught;
        }
    }

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }

    private sealed class GatedStream : MemoryStream
    {
        public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public TaskCompletionSource WriteStarted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public MemoryStream Written { get; } = new();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            WriteStarted.TrySetResult();
            await Gate.Task.WaitAsync(cancellationToken);
            await Written.WriteAsync(buffer, cancellationToken);
        }
    }
}
