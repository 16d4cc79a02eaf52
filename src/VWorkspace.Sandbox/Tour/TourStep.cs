namespace VWorkspace.Sandbox.Tour;

/// <summary>One step of a tour.</summary>
/// <param name="Name">What is done, as a short sentence.</param>
/// <param name="Expectation">What has to be seen for the step to have happened.</param>
/// <param name="Deadline">How long it may take.</param>
/// <param name="RunAsync">Does it and waits for it; gives back what was seen.</param>
/// <param name="DescribeAsync">Says what is to be seen instead, when it did not happen.</param>
internal sealed record TourStep(
    string Name,
    string Expectation,
    TimeSpan Deadline,
    Func<StepProgress, CancellationToken, Task<string>> RunAsync,
    Func<CancellationToken, Task<IReadOnlyList<string>>>? DescribeAsync = null);

/// <summary>What a running step tells its reader.</summary>
internal sealed class StepProgress(Action<string> observed)
{
    private string? _last;

    /// <summary>States seen so far, in order, each once in a row.</summary>
    public List<string> Seen { get; } = [];

    /// <summary>Notes a state; the same one twice in a row is noted once.</summary>
    public void Observe(string state)
    {
        if (state == _last) return;
        _last = state;
        Seen.Add(state);
        observed(state);
    }
}

/// <summary>How a step ended.</summary>
internal enum StepOutcome
{
    Done,
    Failed,
    Skipped,
}

/// <summary>Result of a step.</summary>
/// <param name="Name">Name of the step.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Expectation">What had to be seen.</param>
/// <param name="Result">What was seen at the end; for a failed step why it failed.</param>
/// <param name="Seen">States on the way.</param>
/// <param name="Instead">For a failed step: what the conditions say.</param>
/// <param name="Duration">How long it took.</param>
internal sealed record StepResult(
    string Name, StepOutcome Outcome, string Expectation, string Result, IReadOnlyList<string> Seen, IReadOnlyList<string> Instead, TimeSpan Duration);

/// <summary>Result of a tour.</summary>
internal sealed record TourReport(IReadOnlyList<StepResult> Steps, TimeSpan Duration)
{
    public bool Succeeded => Steps.All(step => step.Outcome == StepOutcome.Done);
}

/// <summary>Shows a tour while it goes on, and its end.</summary>
internal interface ITourReporter
{
    /// <summary>A step begins.</summary>
    void Started(TourStep step);

    /// <summary>A state was seen on the way.</summary>
    void Observed(TourStep step, string state);

    /// <summary>A step ended.</summary>
    void Finished(StepResult result);

    /// <summary>The tour ended.</summary>
    void Completed(TourReport report);
}
