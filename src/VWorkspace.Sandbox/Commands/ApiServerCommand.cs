using System.CommandLine;
using VWorkspace.Kubernetes;
using VWorkspace.Kubernetes.InMemory;
using VWorkspace.Operator.Hosting;
using VWorkspace.Sandbox.Worlds;

namespace VWorkspace.Sandbox.Commands;

/// <summary><c>apiserver</c>: only the API server, for tests of other projects and for trying things with <c>kubectl</c>.</summary>
internal static class ApiServerCommand
{
    public static Command Create()
    {
        Option<int> port = SandboxCommandLine.ApiPort(0);
        var kubeconfig = new Option<string>("--kubeconfig")
        {
            Description = "Where to write the kubeconfig", HelpName = "FILE", DefaultValueFactory = _ => Path.Combine(".sandbox", "kubeconfig"),
        };
        var crds = new Option<string[]>("--crds")
        {
            Description = "Directories with CustomResourceDefinitions to install before it says ready", HelpName = "DIR", AllowMultipleArgumentsPerToken = true,
        };
        var command = new Command("apiserver", "Serves only the API server and prints 'ready URL' when it accepts requests. Ctrl-C ends it.") { port, kubeconfig, crds };
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(parsed.GetValue(port), parsed.GetRequiredValue(kubeconfig), parsed.GetValue(crds) ?? [], cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(int port, string kubeconfig, string[] crds, CancellationToken cancellationToken)
    {
        List<Manifest> manifests = [.. crds.SelectMany(Manifests.Directory)];
        await using InMemoryApiServer server = await ApiServerStart.StartAsync(port, cancellationToken);
        await ApiServerStart.WriteKubeconfigAsync(server, kubeconfig, cancellationToken);
        if (manifests.Count > 0)
        {
            await using var client = new KubernetesClient(KubernetesClientConfiguration.FromKubeconfigFile(kubeconfig), new() { UserAgent = "vworkspace-sandbox" });
            await new ClusterWriter(client, TimeProvider.System).InstallCrdsAsync(manifests, cancellationToken);
        }

        await Console.Error.WriteLineAsync($"export KUBECONFIG={Path.GetFullPath(kubeconfig)}");
        Console.WriteLine($"ready {server.Uri.ToString().TrimEnd('/')}");
        await Console.Out.FlushAsync(cancellationToken);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Being told to stop is how this command ends.
        }

        return ExitCode.Success;
    }
}
