using System.Globalization;
using System.Net;
using VWorkspace.Operator.Hosting;
using VWorkspace.Operator.Settings;

namespace VWorkspace.Sandbox.Worlds;

/// <summary>An operator in this process, run by the same composition root as the executable and reached only by its HTTP listeners.</summary>
internal sealed class RunningOperator : IAsyncDisposable
{
    private static readonly TimeSpan ProbePause = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly TaskCompletionSource<ListeningAddresses> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task<int> _run;

    public RunningOperator(OperatorOptions options, Stream log)
    {
        var surroundings = new OperatorSurroundings { Log = log, OnListening = _listening.SetResult, Abort = _abort.Token };
        _run = Task.Run(() => OperatorHost.RunAsync(options, surroundings, _stop.Token), CancellationToken.None);
    }

    /// <summary>Ends with the operator; gives its exit code.</summary>
    public Task<int> Exit => _run;

    /// <summary>Waits until <c>/readyz</c> says yes.</summary>
    /// <exception cref="InvalidOperationException">The operator ended instead.</exception>
    public async Task ReadyAsync(TimeProvider clock, CancellationToken cancellationToken)
    {
        if (await Task.WhenAny(_listening.Task, _run).WaitAsync(cancellationToken) == _run) throw await EndedAsync();
        IPEndPoint health = (await _listening.Task).Health ?? throw new InvalidOperationException("the operator has no health listener");
        using var http = new HttpClient { BaseAddress = new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{health.Port}")) };
        while (!await IsReadyAsync(http, cancellationToken))
        {
            if (_run.IsCompleted) throw await EndedAsync();
            await Task.Delay(ProbePause, clock, cancellationToken);
        }
    }

    /// <summary>Asks for the graceful stop and waits for it.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        return await _run.WaitAsync(cancellationToken);
    }

    /// <summary>Ends the operator without grace.</summary>
    public async ValueTask DisposeAsync()
    {
        await _abort.CancelAsync();
        await _stop.CancelAsync();
        await ((Task)_run).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _abort.Dispose();
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage answer = await http.GetAsync(new Uri("/readyz", UriKind.Relative), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task<InvalidOperationException> EndedAsync()
    {
        int code = await _run;
        return new(string.Create(CultureInfo.InvariantCulture, $"the operator ended with exit code {code} instead of becoming ready"));
    }
}
