using VWorkspace.Kubernetes.InMemory;
using VWorkspace.Operator.Tests.Docs;

namespace VWorkspace.Operator.Tests.Hosting;

/// <summary>The way out when a graceful stop takes too long for whoever waits.</summary>
public sealed class SecondSignalTests
{
    [Test]
    public async Task Second_signal_ends_the_process_at_once_while_the_first_is_still_being_obeyed()
    {
        await using InMemoryApiServer server = await InMemoryApiServer.StartAsync();
        await server.InstallCrdsAsync(RepositoryFiles.Path("crds"));
        string kubeconfig = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(kubeconfig, server.Kubeconfig);
            await using var manager = ManagerUnderTest.Start(
                "--kubeconfig", kubeconfig, "--leader-elect", "--leader-election-namespace=default", "--metrics-bind-address=0", "--health-probe-bind-address=0");
            await manager.LogLineAsync("leader election won");

            // Giving the Lease back now takes longer than anybody waits.
            using IDisposable slow = server.Faults.Add(new() { Resource = "leases" }, new Fault.Delay(TimeSpan.FromHours(1)));
            manager.Terminate();
            await manager.LogLineAsync("shutdown started");
            manager.Terminate();
            Assert.That(await manager.ExitCodeAsync(), Is.EqualTo(1));
            Assert.That(manager.Log, Has.None.Contains("shutdown finished"));
        }
        finally
        {
            File.Delete(kubeconfig);
        }
    }
}
