using System.Net;
using VWorkspace.Kubernetes.InMemory;
using VWorkspace.Operator.Hosting;
using VWorkspace.Operator.Settings;
using VWorkspace.Operator.Tests.Docs;
using VWorkspace.Operator.Tests.Hosting;

namespace VWorkspace.Operator.Tests.Settings;

/// <summary>A value that nothing can work with is told at once, with the name of its flag, and the exit code is 2.</summary>
public sealed class OptionsValidationTests
{
    private static readonly OperatorOptions Usual = new();

    private static IEnumerable<TestCaseData> Wrong()
    {
        yield return Case("--allowed-chart-urls", Usual with { Applications = new() { AllowedChartUrls = ["https://charts.example.com", "charts.example.com"] } }, "'charts.example.com'");
        yield return Case("--leader-elect-renew-deadline", Usual with { LeaderElection = new() { RenewDeadline = TimeSpan.FromSeconds(2.2) } }, "1.2 times");
        yield return Case("--leader-elect-lease-duration", Usual with
        {
            LeaderElection = new() { LeaseDuration = TimeSpan.FromSeconds(0.9), RenewDeadline = TimeSpan.FromSeconds(0.5), RetryPeriod = TimeSpan.FromSeconds(0.1) },
        }, "at least 1s");
        yield return Case("--startup-timeout", Usual with { Runtime = new() { StartupTimeout = TimeSpan.FromDays(25) } }, "at most 576h");
        yield return Case("--reconcile-timeout", Usual with { Runtime = new() { ReconcileTimeout = TimeSpan.FromDays(25) } }, "at most");
        yield return Case("--graceful-shutdown-timeout", Usual with { Runtime = new() { GracefulShutdownTimeout = TimeSpan.FromDays(25) } }, "at most");

        static TestCaseData Case(string flag, OperatorOptions options, string because) => new TestCaseData(options, flag, because).SetArgDisplayNames(flag);
    }

    [TestCaseSource(nameof(Wrong))]
    public async Task Value_that_nothing_can_work_with(OperatorOptions options, string flag, string because)
    {
        Assert.That(OptionsValidation.Validate(options), Has.One.StartsWith(flag).And.Contains(because));
        Assert.That(await OperatorHost.RunAsync(options, CancellationToken.None), Is.EqualTo(ExitCode.Usage));
    }

    [Test]
    public async Task Long_name_of_a_pod_does_not_keep_the_operator_from_starting()
    {
        string directory = Directory.CreateTempSubdirectory("long-").FullName;
        await using InMemoryApiServer server = await InMemoryApiServer.StartAsync();
        await server.InstallCrdsAsync(RepositoryFiles.Path("crds"));
        await using (OperatorUnderTest manager = await OperatorUnderTest.StartAsync(server, directory, options => options with { PodName = new string('p', 253) }))
        {
            await Http.UntilAsync(await manager.HealthAsync(), "/readyz", HttpStatusCode.OK);
        }

        Directory.Delete(directory, recursive: true);
    }
}
