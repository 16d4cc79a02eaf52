namespace VWorkspace.ControllerRuntime.Tests;

[TestFixture]
internal sealed class HealthChecksTests
{
    [Test]
    public async Task Check_that_gives_up_by_itself_has_failed_and_does_not_take_the_others_with_it()
    {
        var checks = new HealthChecks(TimeProvider.System);
        checks.Add("gives-up", static _ => throw new OperationCanceledException("a time-out of its own"));
        checks.Add("fine", static () => HealthCheckResult.Ok);

        IReadOnlyList<(string Name, HealthCheckResult Result)> results = await checks.RunAsync(static _ => true, CancellationToken.None);

        Assert.That(results.Select(static r => (r.Name, r.Result.State)), Is.EqualTo(new[] { ("gives-up", HealthState.Failed), ("fine", HealthState.Ok) }));
    }

    [Test]
    public async Task Caller_that_goes_ends_the_waiting()
    {
        using var gone = new CancellationTokenSource();
        var checks = new HealthChecks(TimeProvider.System);
        checks.Add("hangs", static async token =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            return HealthCheckResult.Ok;
        });
        Task run = checks.RunAsync(static _ => true, gone.Token);
        await gone.CancelAsync();
        await Assert.ThatAsync(() => run.WaitAsync(Eventually.Limit), Throws.InstanceOf<OperationCanceledException>());
    }
}
