using VWorkspace.Sandbox.Tour;

namespace VWorkspace.Sandbox.Tests.Tour;

public sealed class TourRunnerTests
{
    private readonly StringWriter _output = new();

    [Test]
    public async Task Tour_whose_steps_happen_succeeds()
    {
        TourReport report = await RunAsync(Step("one", (progress, _) =>
        {
            progress.Observe("a");
            progress.Observe("a");
            progress.Observe("b");
            return Task.FromResult("Ready=True/X");
        }));
        Assert.Multiple(() =>
        {
            Assert.That(report.Succeeded, Is.True);
            Assert.That(report.Steps[0].Seen, Is.EqualTo(new[] { "a", "b" }));
            Assert.That(_output.ToString(), Does.Contain("ok: Ready=True/X").And.Contains("STEP").And.Contains("The tour took"));
        });
    }

    [Test]
    public async Task Step_that_is_late_says_what_was_expected_and_what_is_instead_and_ends_the_tour()
    {
        TourReport report = await RunAsync(
            Step("late", async (_, token) =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                return "never";
            }) with { Deadline = TimeSpan.FromMilliseconds(50), DescribeAsync = _ => Task.FromResult<IReadOnlyList<string>>(["Ready=False/Installing: waiting"]) },
            Step("after", (_, _) => Task.FromResult("never")));
        Assert.Multiple(() =>
        {
            Assert.That(report.Succeeded, Is.False);
            Assert.That(report.Steps.Select(step => step.Outcome), Is.EqualTo(new[] { StepOutcome.Failed, StepOutcome.Skipped }));
            Assert.That(_output.ToString(), Does.Contain("expected: seen late").And.Contains("instead:  Ready=False/Installing: waiting").And.Contains("did not happen within"));
        });
    }

    [Test]
    public async Task Step_that_throws_is_a_failed_step()
    {
        TourReport report = await RunAsync(Step("broken", (_, _) => throw new InvalidOperationException("no way")));
        Assert.That((report.Succeeded, report.Steps[0].Result), Is.EqualTo((false, "no way")));
    }

    [Test]
    public void Cancelled_tour_is_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.That(
            async () => await new TourRunner(new PlainTourReporter(_output), TimeProvider.System).RunAsync([Step("one", (_, token) => Task.FromCanceled<string>(token))], cancelled.Token),
            Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Report_as_data_says_the_same()
    {
        TourReport report = await RunAsync(Step("one", (_, _) => Task.FromResult("fine")));
        var json = TourJson.Write(report);
        Assert.Multiple(() =>
        {
            Assert.That((bool?)json["succeeded"], Is.True);
            Assert.That((string?)json["steps"]![0]!["name"], Is.EqualTo("one"));
            Assert.That((string?)json["steps"]![0]!["outcome"], Is.EqualTo("done"));
            Assert.That((string?)json["steps"]![0]!["result"], Is.EqualTo("fine"));
        });
    }

    private Task<TourReport> RunAsync(params TourStep[] steps) => new TourRunner(new PlainTourReporter(_output), TimeProvider.System).RunAsync(steps, CancellationToken.None);

    private static TourStep Step(string name, Func<StepProgress, CancellationToken, Task<string>> run) => new(name, $"seen {name}", TimeSpan.FromSeconds(30), run);
}
