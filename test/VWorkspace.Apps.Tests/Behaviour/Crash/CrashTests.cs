using System.Text.Json.Nodes;
using VWorkspace.Api;
using VWorkspace.Apps.Tests.Support;

namespace VWorkspace.Apps.Tests.Behaviour.Crash;

/// <summary>
/// The operator dies at its k-th write, for every k of every scenario, once before the write has left and once after the server has carried it
/// out; the next operator reaches the same end without duplicates or orphans. In every run each status write keeps the rules, and Events, log
/// lines and reports agree with what is stored.
/// </summary>
[Parallelizable(ParallelScope.Children)]
[TestFixture]
internal sealed class CrashTests
{
    private static IEnumerable<TestCaseData> All => Scenarios.All.Select(s => new TestCaseData(s).SetArgDisplayNames(s.Name));

    [TestCaseSource(nameof(All))]
    public async Task End_is_the_same_wherever_the_operator_dies(Scenario scenario)
    {
        Outcome calm = await RunAsync(scenario, 0, LastWrite.NeverSent, expected: null);
        Assert.That(calm.Writes, Is.Not.Empty, "a scenario without writes cannot be broken");
        for (int k = 1; k <= calm.Writes.Count; k++)
        {
            foreach (LastWrite how in Enum.GetValues<LastWrite>())
            {
                Outcome broken = await RunAsync(scenario, k, how, calm);
                Assert.That(broken.Died || scenario.Wavers, Is.True, $"the operator was to die at write {k} of {string.Join(", ", calm.Writes)}");
            }
        }
    }

    private static async Task<Outcome> RunAsync(Scenario scenario, int deathAt, LastWrite how, Outcome? expected)
    {
        await using World world = await scenario.World();
        var life = new Life(scenario, world);
        Outcome outcome = await life.RunAsync(deathAt, how);
        string place = deathAt == 0 ? "undisturbed" : $"death at write {deathAt} ({expected!.Writes[deathAt - 1]}, {how})";
        if (expected is null) AssertEnd(scenario, world);
        else Assert.That(outcome.End, Is.EqualTo(expected.End), $"{place}: another end; writes: {string.Join(", ", outcome.Writes)}; last in the log:\n{string.Join('\n', world.Log.Lines.TakeLast(25))}");
        Assert.That(world.History.Violations, Is.Empty, $"{place}: rules of status writes");
        Chronicle.AssertAgrees(world, place, complete: deathAt == 0);
        Assert.That(await life.StirAsync(), Is.Empty, $"{place}: a settled world is written to");
        if (expected is null)
        {
            await world.StopOperatorAsync();
            world.StartOperator();
            Assert.That(await life.StirAsync(), Is.Empty, $"{place}: a settled world is written to after a restart");
        }

        Chronicle.AssertNoSecret(world, place);
        return outcome;
    }

    private static void AssertEnd(Scenario scenario, World world)
    {
        string[] shown = [.. world.All("apps.vworkspace.io/v1alpha1", "ApplicationInstance").Where(i => (string?)i["metadata"]!["name"] == "wiki").SelectMany(ConditionsOf)];
        if (scenario.Then.Count == 0) Assert.That(shown, Is.Empty, "the instance is gone");
        else Assert.That(scenario.Then, Is.SubsetOf(shown), $"shown: {string.Join(", ", shown)}");
        Assert.That(scenario.Reaches, Is.SubsetOf(world.History.Reached), $"on the way: {string.Join(", ", world.History.Writes.Select(w => string.Join("+", w.Transitions)))}");
        scenario.And?.Invoke(world);
    }

    private static IEnumerable<string> ConditionsOf(JsonObject instance) =>
        (instance["status"]?["conditions"]?.AsArray() ?? []).Select(c => $"{c!["type"]}={c["status"]}/{c["reason"]}");
}
