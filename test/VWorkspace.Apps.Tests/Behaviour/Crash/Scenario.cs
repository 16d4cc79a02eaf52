using VWorkspace.Apps.Tests.Support;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Tests.Behaviour.Crash;

/// <summary>One thing that people, Flux or time do to a world.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Act">What is done; the operator is at rest, or not there.</param>
internal sealed record Step(string Name, Func<World, Task> Act)
{
    public static Step Apply(string yaml) => new("apply", world => world.ApplyAsync(yaml));

    public static Step Patch(KubernetesResource resource, string name, string yaml, string? subresource = null) =>
        new($"patch {resource.Plural}", world => world.PatchAsync(resource, name, yaml, subresource));

    public static Step Do(string name, Func<World, Task> act) => new(name, act);

    public static Step Annotate(string key, string? value) => new($"annotate {key}", world => world.AnnotateAsync("wiki", key, value));

    public static Step Delete(KubernetesResource resource, string name) => new($"delete {resource.Plural}", world => world.DeleteAsync(resource, name));

    /// <summary>Time passes on the clock of the operator.</summary>
    public static Step Wait(TimeSpan time) => new($"wait {time}", world =>
    {
        world.Clock.Advance(time);
        return Task.CompletedTask;
    });

    /// <summary>Flux changes its ways.</summary>
    public static Step Flux(FluxScript script) => new("Flux", world =>
    {
        world.Flux.Script = script;
        return Task.CompletedTask;
    });
}

/// <summary>A course of events with a known end, whatever happens to the operator on the way.</summary>
internal sealed record Scenario(string Name)
{
    /// <summary>A world with a server of its own, because kinds come and go; otherwise one in a namespace of the shared server.</summary>
    public Func<Task<World>> World { get; init; } = Support.World.ShareAsync;

    /// <summary>Settings and surroundings, before the operator starts.</summary>
    public Action<World>? Setting { get; init; }

    /// <summary>What happened before; the operator lives.</summary>
    public IReadOnlyList<Step> Given { get; init; } = [];

    /// <summary>What happens while the operator may die.</summary>
    public required IReadOnlyList<Step> When { get; init; }

    /// <summary>How many writes it takes depends on who is faster, so that a death at the last one may come to nothing.</summary>
    public bool Wavers { get; init; }

    /// <summary>What the instance shows in the end; empty when it is gone.</summary>
    public required IReadOnlyList<string> Then { get; init; }

    /// <summary>What is true of the world in the end beyond that.</summary>
    public Action<World>? And { get; init; }

    /// <summary>What conditions show on the way, at the latest in the end.</summary>
    public IReadOnlyList<string> Passes { get; init; } = [];

    /// <summary>Rows of the condition tables that this scenario reaches.</summary>
    public IEnumerable<string> Reaches => [.. Passes, .. Then];

    public override string ToString() => Name;
}
