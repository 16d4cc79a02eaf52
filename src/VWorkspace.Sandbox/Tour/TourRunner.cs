namespace VWorkspace.Sandbox.Tour;

/// <summary>Runs steps in order, each under its deadline; after a step that did not happen the rest is skipped.</summary>
internal sealed class TourRunner(ITourReporter reporter, TimeProvider clock)
{
    private static readonly TimeSpan DescribeDeadline = TimeSpan.FromSeconds(5);

    /// <summary>Runs the steps.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired.</exception>
    public async Task<TourReport> RunAsync(IReadOnlyList<TourStep> steps, CancellationToken cancellationToken)
    {
        long began = clock.GetTimestamp();
        List<StepResult> results = [];
        bool failed = false;
        foreach (TourStep step in steps)
        {
            StepResult result = failed
                ? new(step.Name, StepOutcome.Skipped, step.Expectation, "not reached", [], [], TimeSpan.Zero)
                : await RunStepAsync(step, cancellationToken);
            failed |= result.Outcome == StepOutcome.Failed;
            results.Add(result);
            if (result.Outcome != StepOutcome.Skipped) reporter.Finished(result);
        }

        var report = new TourReport(results, clock.GetElapsedTime(began));
        reporter.Completed(report);
        return report;
    }

    private async Task<StepResult> RunStepAsync(TourStep step, CancellationToken cancellationToken)
    {
        reporter.Started(step);
        long began = clock.GetTimestamp();
        var progress = new StepProgress(state => reporter.Observed(step, state));
        using var deadline = new CancellationTokenSource(step.Deadline, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        StepResult Result(StepOutcome outcome, string result, IReadOnlyList<string> instead) =>
            new(step.Name, outcome, step.Expectation, result, progress.Seen, instead, clock.GetElapsedTime(began));
        try
        {
            return Result(StepOutcome.Done, await step.RunAsync(progress, both.Token), []);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            string late = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"did not happen within {step.Deadline.TotalSeconds:0.#} s");
            return Result(StepOutcome.Failed, late, await DescribeAsync(step, cancellationToken));
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // Whatever breaks a step is the step's result; a tour reports and never crashes.
            return Result(StepOutcome.Failed, fault.Message, await DescribeAsync(step, cancellationToken));
        }
    }

    private async Task<IReadOnlyList<string>> DescribeAsync(TourStep step, CancellationToken cancellationToken)
    {
        if (step.DescribeAsync is null) return [];
        using var deadline = new CancellationTokenSource(DescribeDeadline, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await step.DescribeAsync(both.Token);
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return [$"the cluster could not be asked: {fault.Message}"];
        }
    }
}
