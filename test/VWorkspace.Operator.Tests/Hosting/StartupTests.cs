using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory;
using VWorkspace.Operator.Hosting;
using VWorkspace.Operator.Settings;
using VWorkspace.Operator.Tests.Docs;

namespace VWorkspace.Operator.Tests.Hosting;

/// <summary>A start that cannot come about: for how long it is tried, and what stays to be read afterwards.</summary>
public sealed class StartupTests
{
    private string _directory = "";

    [SetUp]
    public void Make() => _directory = Directory.CreateTempSubdirectory("startup-").FullName;

    [TearDown]
    public void Remove() => Directory.Delete(_directory, recursive: true);

    [Test]
    public async Task Without_CRDs_the_start_fails_when_its_time_is_over()
    {
        await using InMemoryApiServer server = await InMemoryApiServer.StartAsync();
        await using OperatorUnderTest manager = await OperatorUnderTest.StartAsync(server, _directory, Short);
        Assert.That(await manager.ExitCodeAsync(), Is.EqualTo(ExitCode.Failure));
        JsonObject failed = manager.Records.Single(line => (string?)line["msg"] == "start failed");
        Assert.That(((string?)failed["level"], (string?)failed["error"]), Is.EqualTo(("error", (string?)failed["error"])));
        Assert.That((string?)failed["error"], Does.Contain("its CRD is missing"));
    }

    [Test]
    public async Task Without_permission_to_list_the_log_of_the_process_that_ended_says_forbidden()
    {
        await using InMemoryApiServer server = await InMemoryApiServer.StartAsync();
        await server.InstallCrdsAsync(RepositoryFiles.Path("crds"));
        using IDisposable refusal = server.Faults.Add(
            new RequestMatch { Resource = "applicationinstances" }, new Fault.Refuse(403, "Forbidden", "applicationinstances.apps.vworkspace.io is forbidden: User \"x\" cannot list resource"));
        await using OperatorUnderTest manager = await OperatorUnderTest.StartAsync(server, _directory, Short);
        Assert.That(await manager.ExitCodeAsync(), Is.EqualTo(ExitCode.Failure));
        JsonObject[] lists = [.. manager.Records.Where(line => (string?)line["msg"] == "failed to list")];
        Assert.That(lists, Is.Not.Empty);
        Assert.That(((string?)lists[0]["level"], (string?)lists[0]["resource"]), Is.EqualTo(("error", "applicationinstances.apps.vworkspace.io")));
        Assert.That((string?)lists[0]["error"], Does.Match("^failed to list .*: .*forbidden"));
        Assert.That((string?)manager.Records.Single(line => (string?)line["msg"] == "start failed")["error"], Does.Contain("applicationinstances"));
    }

    private static OperatorOptions Short(OperatorOptions options) => options with { Runtime = options.Runtime with { StartupTimeout = TimeSpan.FromSeconds(3) } };
}
