namespace VWorkspace.Architecture.Tests;

/// <summary>The rooms and the arrows between them: the one place where a new arrow is decided. Arrows point down only.</summary>
internal static class RoomTable
{
    private const string Kubernetes = "VWorkspace.Kubernetes";
    private const string ControllerRuntime = "VWorkspace.ControllerRuntime";
    private const string Api = "VWorkspace.Api";
    private const string InMemory = "VWorkspace.Kubernetes.InMemory";
    private const string Engines = "VWorkspace.Engines";
    private const string Apps = "VWorkspace.Apps";
    private const string Operations = "VWorkspace.Operations";
    private const string Clusters = "VWorkspace.Clusters";
    private const string Agent = "VWorkspace.Agent";
    private const string Operator = "VWorkspace.Operator";
    private const string Sandbox = "VWorkspace.Sandbox";

    /// <summary>What each room may know; everything else is forbidden. Rooms that are planned but not built yet are listed too.</summary>
    public static IReadOnlyDictionary<string, Room> Rooms { get; } = new[]
    {
        new Room(Kubernetes, MayUse: []),
        new Room(ControllerRuntime, MayUse: [Kubernetes], MayServeHttp: true),
        new Room(Api, MayUse: [Kubernetes]),
        new Room(InMemory, MayUse: [Kubernetes], MayServeHttp: true),
        // Usable without our kinds, so it must not know them.
        new Room(Engines, MayUse: [ControllerRuntime, Kubernetes]),
        new Room(Apps, MayUse: [Api, ControllerRuntime, Kubernetes]),
        new Room(Operations, MayUse: [Engines, Api, ControllerRuntime, Kubernetes]),
        new Room(Clusters, MayUse: [Api, ControllerRuntime, Kubernetes]),
        new Room(Agent, MayUse: [Api, ControllerRuntime, Kubernetes]),
        new Room(Operator, MayUse: [Apps, Operations, Clusters, Agent, Engines, Api, ControllerRuntime, Kubernetes], MayServeHttp: true),
        // Drives the operator through HTTP as any user does: it knows how to start one, not what is inside.
        new Room(Sandbox, MayUse: [Operator, InMemory, ControllerRuntime, Kubernetes], MayServeHttp: true),
    }.ToDictionary(room => room.Name, StringComparer.Ordinal);

    /// <summary>Test projects that look at several rooms at once; each other one mirrors a room.</summary>
    public static IReadOnlySet<string> CrossCuttingTests { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "VWorkspace.Architecture.Tests", "VWorkspace.EndToEnd.Tests", "VWorkspace.Benchmarks",
    };

    /// <summary>The server that tests of every room may run against.</summary>
    public static string TestServer => InMemory;

    /// <summary>The room, or a failure that tells a newcomer what to do.</summary>
    public static Room Of(string name)
    {
        if (Rooms.TryGetValue(name, out Room? room)) return room;
        Assert.Fail($"{name} is a new room: add it to {nameof(RoomTable)}.cs with the rooms it may use (arrows point down only), " +
            "draw it in the picture of README.md, give it a test project of its own and add both to VWorkspace.sln.");
        throw new InvalidOperationException("unreachable");
    }
}

/// <summary>One room.</summary>
/// <param name="Name">Name of project and folder.</param>
/// <param name="MayUse">All rooms below that it may know, directly or through another one.</param>
/// <param name="MayServeHttp">Whether it may use ASP.NET Core.</param>
internal sealed record Room(string Name, IReadOnlyList<string> MayUse, bool MayServeHttp = false);
