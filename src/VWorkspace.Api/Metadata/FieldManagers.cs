namespace VWorkspace.Api;

/// <summary>Names under which the API server records who owns a field.</summary>
public static class FieldManagers
{
    /// <summary>The reconcilers: status of the three kinds, Flux objects, engine objects.</summary>
    public const string Operator = "vworkspace-operator";

    /// <summary>Objects applied on behalf of the control plane.</summary>
    public const string Agent = "vworkspace-agent";

    /// <summary>Changes of a target's spec by the engine <c>helm</c>.</summary>
    public const string Upgrade = "vworkspace-upgrade";

    /// <summary>The suspension of a HelmRelease during a restore; a manager of its own, so that giving it up touches nothing else.</summary>
    public const string Suspension = "vworkspace-suspension";
}

/// <summary>Finalizers of the three kinds.</summary>
public static class Finalizers
{
    /// <summary>ApplicationInstance.</summary>
    public const string ApplicationInstance = "apps.vworkspace.io/finalizer";

    /// <summary>Operation.</summary>
    public const string Operation = "ops.vworkspace.io/finalizer";

    /// <summary>Cluster.</summary>
    public const string Cluster = "ops.vworkspace.io/cluster-cleanup";
}
