using VWorkspace.Kubernetes;
using VWorkspace.Sandbox.Worlds;

namespace VWorkspace.EndToEnd.Tests;

/// <summary>The same life with the CRDs of Flux as released: what the operator renders is admitted by the real schemas.</summary>
public sealed class UpstreamCrdTests
{
    [Test]
    public async Task Application_lives_with_the_released_CRDs_of_Flux()
    {
        await using Cluster cluster = await Cluster.StartAsync(Shared.FluxCrds());
        await cluster.ApplyAsync(Cluster.Instance("wiki", "1.0.0"));
        await cluster.UntilReadyAsync("wiki");
        await cluster.SetVersionAsync("wiki", "1.1.0-broken");
        await cluster.UntilAsync("wiki", "Ready=False/HelmReleaseFailed", "Degraded=True/UpgradeFailed");
        await cluster.SetVersionAsync("wiki", "1.2.0");
        await cluster.UntilRunsAsync("wiki", "1.2.0");
        DynamicObject? release = await cluster.GetAsync(Kinds.HelmReleases, "wiki");
        Assert.That(release!.IsObserved(), Is.True);

        await cluster.DeleteAsync(Kinds.ApplicationInstances, "wiki");
        await cluster.UntilGoneAsync(Kinds.ApplicationInstances, "wiki");
    }
}

/// <summary>Data beside the repository.</summary>
internal static class Shared
{
    /// <summary>Directories with the released CRDs of Flux; the test reports itself as skipped where there are none.</summary>
    public static IReadOnlyList<string> FluxCrds()
    {
        for (DirectoryInfo? directory = new(TestContext.CurrentContext.TestDirectory); directory is not null; directory = directory.Parent)
        {
            if (!File.Exists(Path.Combine(directory.FullName, "VWorkspace.sln"))) continue;
            string crds = Path.GetFullPath(Path.Combine(directory.FullName, "..", "shared", "upstream-crds"));
            if (Directory.Exists(crds)) return [Path.Combine(crds, "source-controller"), Path.Combine(crds, "helm-controller")];
        }

        Assert.Ignore("the released CRDs (../shared/upstream-crds) are not on this machine");
        return [];
    }
}
