using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using VWorkspace.Kubernetes.InMemory;
using VWorkspace.Operator.Hosting;
using VWorkspace.Operator.Settings;

namespace VWorkspace.Operator.Tests.Hosting;

/// <summary>An operator in this process, as the sandbox runs it.</summary>
internal sealed class OperatorUnderTest : IAsyncDisposable
{
    private static int s_count;

    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<ListeningAddresses> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<IPEndPoint> _webhooks = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _abort = new();
    private readonly LogBuffer _log = new();
    private readonly Task<int> _run;

    private OperatorUnderTest(OperatorOptions options)
    {
        var surroundings = new OperatorSurroundings
        {
            Log = _log, OnListening = _listening.SetResult, OnWebhooksListening = _webhooks.SetResult, Seed = 1, MeterSuffix = $".{Interlocked.Increment(ref s_count)}", Abort = _abort.Token,
        };
        _run = OperatorHost.RunAsync(options, surroundings, _stop.Token);
    }

    /// <summary>Log so far.</summary>
    public string Log => _log.Text;

    /// <summary>Starts an operator for that server, with short intervals.</summary>
    public static async Task<OperatorUnderTest> StartAsync(InMemoryApiServer server, string directory, Func<OperatorOptions, OperatorOptions>? configure = null)
    {
        string kubeconfig = Path.Combine(directory, $"kubeconfig-{Interlocked.Increment(ref s_count)}");
        await File.WriteAllTextAsync(kubeconfig, server.Kubeconfig);
        var options = new OperatorOptions
        {
            KubeconfigPath = kubeconfig,
            HealthProbeBindAddress = BindAddress.Loopback(),
            Metrics = new() { BindAddress = BindAddress.Loopback() },
        };
        return new OperatorUnderTest(configure?.Invoke(options) ?? options);
    }

    /// <summary>Address of the health listener.</summary>
    public async Task<string> HealthAsync() => (await _listening.Task.WaitAsync(ManagerUnderTest.Patience)).Health!.ToString();

    /// <summary>The listeners.</summary>
    public Task<ListeningAddresses> ListeningAsync() => _listening.Task.WaitAsync(ManagerUnderTest.Patience);

    /// <summary>Address of the webhooks.</summary>
    public Task<IPEndPoint> WebhooksAsync() => _webhooks.Task.WaitAsync(ManagerUnderTest.Patience);

    /// <summary>The log as records.</summary>
    public IReadOnlyList<JsonObject> Records => [.. Log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.AsObject())];

    /// <summary>Waits for log records that fit.</summary>
    public async Task<IReadOnlyList<JsonObject>> RecordsUntilAsync(Func<IReadOnlyList<JsonObject>, bool> fit)
    {
        using var limit = new CancellationTokenSource(ManagerUnderTest.Patience);
        while (true)
        {
            IReadOnlyList<JsonObject> records = Records;
            if (fit(records)) return records;
            try
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"the log never said it\n{Log}");
            }
        }
    }

    /// <summary>Asks for the graceful stop and gives the exit code.</summary>
    public async Task<int> StopAsync()
    {
        await _stop.CancelAsync();
        return await ExitCodeAsync();
    }

    /// <summary>Waits for the end.</summary>
    public Task<int> ExitCodeAsync() => _run.WaitAsync(ManagerUnderTest.Patience);

    /// <summary>Scrapes until a text is there; gives the scrape.</summary>
    public Task<string> ScrapeUntilAsync(string text) => ScrapeUntilAsync(new Regex(Regex.Escape(text), RegexOptions.None, TimeSpan.FromSeconds(10)));

    /// <summary>Scrapes until a pattern is there; gives the scrape.</summary>
    public async Task<string> ScrapeUntilAsync(Regex line)
    {
        string address = (await ListeningAsync()).Metrics!.ToString();
        using var limit = new CancellationTokenSource(ManagerUnderTest.Patience);
        while (true)
        {
            (_, string body) = await Http.GetAsync(address, "/metrics");
            if (line.IsMatch(body)) return body;
            try
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"'{line}' never came\n{Log}\n{body}");
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _abort.CancelAsync();
        await _run.WaitAsync(ManagerUnderTest.Patience);
        _stop.Dispose();
        _abort.Dispose();
    }

    /// <summary>Takes what is written; may be read at any time.</summary>
    private sealed class LogBuffer : MemoryStream
    {
        private readonly StringBuilder _text = new();

        public string Text
        {
            get
            {
                lock (_text) return _text.ToString();
            }
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            lock (_text) _text.Append(Encoding.UTF8.GetString(buffer.Span));
            return ValueTask.CompletedTask;
        }
    }
}
