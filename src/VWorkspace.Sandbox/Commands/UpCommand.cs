using System.CommandLine;
using System.Globalization;
using VWorkspace.Operator.Hosting;
using VWorkspace.Sandbox.Worlds;

namespace VWorkspace.Sandbox.Commands;

/// <summary><c>up</c>: keeps a world running for people with <c>kubectl</c>.</summary>
internal static class UpCommand
{
    private const int DefaultPort = 6440;

    public static Command Create()
    {
        Option<int> port = SandboxCommandLine.ApiPort(DefaultPort);
        var directory = new Option<string>("--dir")
        {
            Description = "Directory for kubeconfig, sample and log", HelpName = "DIR", DefaultValueFactory = _ => ".sandbox",
        };
        Option<string[]> fluxCrds = SandboxCommandLine.FluxCrds();
        var command = new Command("up", "Keeps a cluster running until Ctrl-C: API server, stand-in for Flux, operator. Any kubectl works with it.") { port, directory, fluxCrds };
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(parsed.GetValue(port), parsed.GetRequiredValue(directory), parsed.GetValue(fluxCrds) ?? [], cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(int port, string directory, string[] fluxCrds, CancellationToken cancellationToken)
    {
        SandboxCommandLine.CheckFluxCrds(fluxCrds);
        await using var world = new SandboxWorld(new() { Directory = directory, ApiPort = port, FluxCrds = fluxCrds });
        string sample = Path.Combine(directory, "nextcloud.yaml");
        try
        {
            await world.StartApiServerAsync(cancellationToken);
            await world.InstallCrdsAsync(cancellationToken);
            await world.StartFluxAsync(cancellationToken);
            await world.StartOperatorAsync(cancellationToken);
            await File.WriteAllTextAsync(sample, Manifests.Nextcloud, cancellationToken);
            Console.WriteLine(Welcome(world, sample));
            int code = await world.OperatorExit.WaitAsync(cancellationToken);
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"error: the operator ended with exit code {code}; its log is in {world.OperatorLogPath}"));
            return ExitCode.Failure;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await world.StopOperatorAsync(CancellationToken.None);
            return ExitCode.Success;
        }
    }

    private static string Welcome(SandboxWorld world, string sample) => $$$$"""
        The cluster is up: {{{{world.ApiServer.ToString().TrimEnd('/')}}}} (log of the operator: {{{{world.OperatorLogPath}}}})

          export KUBECONFIG={{{{world.KubeconfigPath}}}}

        In that shell, try:

          kubectl apply --server-side -f {{{{sample}}}}
          kubectl get applicationinstances -A -w
          kubectl -n org-myteam wait --for=condition=Ready applicationinstance/nextcloud-myteam --timeout=60s
          kubectl -n org-myteam describe applicationinstance nextcloud-myteam
          kubectl -n org-myteam get helmreleases,ocirepositories,deployments
          kubectl -n org-myteam patch applicationinstance nextcloud-myteam --type merge -p '{"spec":{"chart":{"version":"6.3.0"}}}'
          kubectl -n org-myteam patch applicationinstance nextcloud-myteam --type merge -p '{"spec":{"chart":{"version":"6.4.0-broken"}}}'
          kubectl -n org-myteam annotate applicationinstance nextcloud-myteam apps.vworkspace.io/reconcile=disabled
          kubectl -n org-myteam delete applicationinstance nextcloud-myteam

        Ctrl-C ends it.
        """;
}
