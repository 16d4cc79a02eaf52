namespace VWorkspace.Architecture.Tests;

/// <summary>Rooms know what is under them, never what is beside or above.</summary>
public sealed class ArrowTests
{
    private static readonly Dictionary<string, string> RoomOfAssembly =
        Repository.Rooms.ToDictionary(project => project.AssemblyName, project => project.Name, StringComparer.Ordinal);

    [Test]
    public void Rooms_are_found() => Assert.That(Repository.Rooms.Select(room => room.Name), Is.SupersetOf(new[]
    {
        "VWorkspace.Kubernetes", "VWorkspace.ControllerRuntime", "VWorkspace.Api", "VWorkspace.Apps",
        "VWorkspace.Operator", "VWorkspace.Kubernetes.InMemory", "VWorkspace.Sandbox",
    }));

    [TestCaseSource(typeof(Repository), nameof(Repository.Rooms))]
    public void Project_references_follow_the_arrows(object room)
    {
        var project = (Project)room;
        Assert.That(project.References.Except(RoomTable.Of(project.Name).MayUse, StringComparer.Ordinal), Is.Empty,
            $"{project.Path} references a room that {project.Name} must not know; move the code, or decide a new arrow in RoomTable.cs");
    }

    [TestCaseSource(typeof(Repository), nameof(Repository.Rooms))]
    public void Compiled_code_uses_only_rooms_below(object room)
    {
        var project = (Project)room;
        IEnumerable<string> used = CompiledAssembly.Of(project).References.Where(RoomOfAssembly.ContainsKey).Select(assembly => RoomOfAssembly[assembly]);
        Assert.That(used.Except(RoomTable.Of(project.Name).MayUse, StringComparer.Ordinal), Is.Empty,
            $"{project.Name} uses a type of a room it must not know; it came in through a reference of a reference");
    }

    [TestCaseSource(typeof(Repository), nameof(Repository.Rooms))]
    public void Only_rooms_that_serve_use_AspNetCore(object room)
    {
        var project = (Project)room;
        if (RoomTable.Of(project.Name).MayServeHttp) Assert.Pass();
        Assert.That(CompiledAssembly.Of(project).References, Has.None.StartsWith("Microsoft.AspNetCore"));
    }

    [TestCaseSource(typeof(Repository), nameof(Repository.Rooms))]
    public void Internals_are_visible_to_the_rooms_own_tests_only(object room)
    {
        var project = (Project)room;
        Assert.That(CompiledAssembly.Of(project).Friends, Is.SubsetOf(new[] { project.Name + ".Tests" }));
    }

    [TestCaseSource(typeof(Repository), nameof(Repository.Rooms))]
    public void A_room_has_tests_of_its_own(object room) =>
        Assert.That(Repository.Tests.Select(test => test.Name), Does.Contain(((Project)room).Name + ".Tests"),
            "add a test project that mirrors the room");

    [TestCaseSource(typeof(Repository), nameof(Repository.Tests))]
    public void Tests_know_their_room_what_it_knows_and_the_test_server(object tests)
    {
        var project = (Project)tests;
        if (RoomTable.CrossCuttingTests.Contains(project.Name)) Assert.Pass();
        Assert.That(project.Name, Does.EndWith(".Tests"), "a test project mirrors a room, or is named in RoomTable.CrossCuttingTests");
        Room room = RoomTable.Of(project.Name[..^".Tests".Length]);
        Assert.That(project.References, Is.SubsetOf(room.MayUse.Append(room.Name).Append(RoomTable.TestServer)));
    }

    [Test]
    public void The_table_has_no_circle()
    {
        foreach (Room start in RoomTable.Rooms.Values)
        {
            var reached = new HashSet<string>(StringComparer.Ordinal);
            var pending = new Queue<string>(start.MayUse);
            while (pending.TryDequeue(out string? name))
                if (reached.Add(name))
                    foreach (string below in RoomTable.Of(name).MayUse) pending.Enqueue(below);
            Assert.That(reached, Does.Not.Contain(start.Name), $"{start.Name} would know itself through other rooms");
        }
    }
}
