using System.Globalization;

namespace VWorkspace.Sandbox.Tour;

/// <summary>Lines for logs and pipes.</summary>
internal sealed class PlainTourReporter(TextWriter output) : ITourReporter
{
    private int _number;

    public void Started(TourStep step) => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{++_number,2}] {step.Name}"));

    public void Observed(TourStep step, string state) => output.WriteLine($"     . {state}");

    public void Finished(StepResult result)
    {
        output.WriteLine($"     {(result.Outcome == StepOutcome.Done ? "ok" : "FAILED")}: {result.Result} ({Seconds(result.Duration)})");
        if (result.Outcome != StepOutcome.Failed) return;
        output.WriteLine($"     expected: {result.Expectation}");
        foreach (string line in result.Instead) output.WriteLine($"     instead:  {line}");
    }

    public void Completed(TourReport report)
    {
        int width = report.Steps.Max(step => step.Name.Length);
        output.WriteLine();
        output.WriteLine($"{"STEP".PadRight(width)}  {"RESULT",-7}  {"TIME",8}  CONDITIONS");
        foreach (StepResult step in report.Steps)
            output.WriteLine($"{step.Name.PadRight(width)}  {step.Outcome.ToString().ToLowerInvariant(),-7}  {Seconds(step.Duration),8}  {step.Result}");
        output.WriteLine();
        output.WriteLine(report.Succeeded ? $"The tour took {Seconds(report.Duration)}." : $"The tour failed after {Seconds(report.Duration)}.");
    }

    internal static string Seconds(TimeSpan duration) => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.00} s");
}
