using System.Globalization;
using Spectre.Console;

namespace VWorkspace.Sandbox.Tour;

/// <summary>Colours, a spinner for the step under way, and a table at the end; for terminals.</summary>
internal sealed class LiveTourReporter(IAnsiConsole console) : ITourReporter
{
    private StatusContext? _status;
    private int _number;

    /// <summary>Runs a tour under a spinner.</summary>
    public Task<T> RunAsync<T>(Func<Task<T>> tour) => console.Status().Spinner(Spinner.Known.Dots).StartAsync("starting", context =>
    {
        _status = context;
        return tour();
    });

    public void Started(TourStep step)
    {
        _number++;
        _status?.Status(Markup.Escape(step.Name));
    }

    public void Observed(TourStep step, string state) => _status?.Status($"{Markup.Escape(step.Name)} [grey]{Markup.Escape(state)}[/]");

    public void Finished(StepResult result)
    {
        string mark = result.Outcome == StepOutcome.Done ? "[green]✓[/]" : "[red]✗[/]";
        string number = _number.ToString(CultureInfo.InvariantCulture).PadLeft(2);
        console.MarkupLine($"{mark} {number} {Markup.Escape(result.Name)} [grey]{Markup.Escape(PlainTourReporter.Seconds(result.Duration))}[/]");
        if (result.Seen.Count > 0) console.MarkupLine($"     [grey]{Markup.Escape(string.Join(" → ", result.Seen))}[/]");
        if (result.Outcome != StepOutcome.Failed) return;
        console.MarkupLine($"     [red]{Markup.Escape(result.Result)}[/]");
        console.MarkupLine($"     expected: {Markup.Escape(result.Expectation)}");
        foreach (string line in result.Instead) console.MarkupLine($"     [yellow]instead:[/]  {Markup.Escape(line)}");
    }

    public void Completed(TourReport report)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("Step").AddColumn("Conditions").AddColumn(new TableColumn("Time").RightAligned());
        foreach (StepResult step in report.Steps)
        {
            string colour = step.Outcome switch { StepOutcome.Done => "green", StepOutcome.Failed => "red", _ => "grey" };
            table.AddRow(
                $"[{colour}]{Markup.Escape(step.Name)}[/]",
                Markup.Escape(step.Result),
                step.Outcome == StepOutcome.Skipped ? "-" : PlainTourReporter.Seconds(step.Duration));
        }

        table.Caption(report.Succeeded ? $"took {PlainTourReporter.Seconds(report.Duration)}" : $"failed after {PlainTourReporter.Seconds(report.Duration)}");
        console.Write(table);
    }
}
