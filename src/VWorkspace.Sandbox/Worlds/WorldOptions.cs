using VWorkspace.Operator.Settings;
using VWorkspace.Sandbox.StandIns.Flux;

namespace VWorkspace.Sandbox.Worlds;

/// <summary>How a world is made.</summary>
public sealed record WorldOptions
{
    /// <summary>Where kubeconfig and logs are written; made when absent.</summary>
    public required string Directory { get; init; }

    /// <summary>Loopback port of the API server; 0 (the default) lets the system choose.</summary>
    public int ApiPort { get; init; }

    /// <summary>Directories with CustomResourceDefinitions of Flux to install in place of the trimmed ones; empty for those.</summary>
    public IReadOnlyList<string> FluxCrds { get; init; } = [];

    /// <summary>Paces and charts of the stand-in for Flux.</summary>
    public FluxOptions Flux { get; init; } = new();

    /// <summary>Changes the settings of the operator before it starts; the kubeconfig and free ports are set already.</summary>
    public Func<OperatorOptions, OperatorOptions> ConfigureOperator { get; init; } = options => options;

    /// <summary>The clock of the stand-ins.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
