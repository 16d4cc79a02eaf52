using System.Text.RegularExpressions;
using VWorkspace.Apps.Tests.Support;

namespace VWorkspace.Apps.Tests.Behaviour.Crash;

/// <summary>
/// Every row of the condition tables of an instance is reached by a scenario from the state of the cluster alone. What a scenario claims to reach
/// is held against the watch in <see cref="CrashTests"/>.
/// </summary>
[TestFixture]
internal sealed partial class ConditionRowsTests
{
    private static readonly string[] Rows =
    [
        "Ready=True/HelmReleaseReady", "Ready=True/HelmReleaseReadyWithWarnings", "Ready=True/Placeholder", "Ready=False/HelmReleaseFailed", "Ready=False/ChartUnreachable",
        "Ready=False/WaitingForCertificate", "Ready=False/WaitingForSecret", "Ready=False/WaitingForConfigMap", "Ready=False/Installing", "Ready=False/Upgrading",
        "Ready=False/ValidationFailed", "Ready=Unknown/Reconciling",
        "Reconciling=True/HelmReleaseInstalling", "Reconciling=True/HelmReleaseUpgrading", "Reconciling=True/ChartSourceSyncing", "Reconciling=False/Stable",
        "Degraded=True/UpgradeFailed", "Degraded=True/HelmReleaseDegraded", "Degraded=True/ChartUnreachable", "Degraded=True/EndpointUnreachable", "Degraded=True/Drifted",
        "Degraded=True/ChartVersionDeprecated", "Degraded=True/ForbiddenVersionOverride", "Degraded=False/Recovered",
        "Suspended=True/ReconcilePaused", "Suspended=True/ManuallySuspended", "Suspended=True/MaintenanceWindow", "Suspended=False/Active",
        "Blocked=True/MissingSecret", "Blocked=True/MissingConfigMap", "Blocked=True/MissingChartSource", "Blocked=True/MissingDependencies", "Blocked=True/PolicyDenied",
        "Blocked=True/AwaitingApproval", "Blocked=True/CatalogUnreachable", "Blocked=True/ValidationFailed", "Blocked=False/Unblocked",
        "Deleting=True/Uninstalling", "Deleting=True/WaitingForChildResources",
    ];

    private static HashSet<string> Reached => Scenarios.All.SelectMany(s => s.Reaches).ToHashSet(StringComparer.Ordinal);

    [TestCaseSource(nameof(Rows))]
    public void Row_is_reached_by_a_scenario(string row) => Assert.That(Reached, Does.Contain(row));

    [Test]
    public void Scenarios_reach_nothing_outside_the_tables() => Assert.That(Reached, Is.SubsetOf(Rows));

    [Test]
    public void Names_of_scenarios_are_unique() => Assert.That(Scenarios.All.Select(s => s.Name), Is.Unique);

    [Test]
    public void Rows_are_those_of_the_specification()
    {
        string type = string.Empty;
        var specified = new List<string>();
        foreach (string line in File.ReadLines(Repository.Shared("spec/conditions.md")))
        {
            if (Heading().Match(line) is { Success: true } heading) type = heading.Groups["type"].Value;
            else if (line.StartsWith("## ", StringComparison.Ordinal) || line.StartsWith("### ", StringComparison.Ordinal)) type = string.Empty;
            else if (type.Length > 0 && Row().Match(line) is { Success: true } row) specified.Add($"{type}={row.Groups["status"].Value}/{row.Groups["reason"].Value}");
        }

        Assert.That(Rows, Is.EquivalentTo(specified));
    }

    [GeneratedRegex("^### 2\\.[1-6] (?<type>[A-Z][a-z]+)$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Heading();

    [GeneratedRegex("^\\| (?<status>True|False|Unknown) \\| `(?<reason>[A-Za-z]+)`", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Row();
}
