using VWorkspace.Apps;
using VWorkspace.Operator.Settings;

namespace VWorkspace.Operator.Hosting;

/// <summary>The settings of the executable as the room of applications wants them.</summary>
internal static class AppsComposition
{
    /// <summary>Translates.</summary>
    public static AppsOptions Options(OperatorOptions options) => new()
    {
        HelmReleaseInterval = options.Applications.HelmReleaseInterval,
        HelmReleaseTimeout = options.Applications.HelmReleaseTimeout,
        ChartSourceInterval = options.Applications.ChartSourceInterval,
        AllowedChartUrls = options.Applications.AllowedChartUrls,
        AllowPlainHttpCharts = options.Applications.AllowPlainHttpCharts,
        NamespaceGate = options.Applications.NamespaceGate switch
        {
            NamespaceGateMode.Off => NamespaceGate.Off,
            NamespaceGateMode.Enforce => NamespaceGate.Enforce,
            _ => NamespaceGate.Warn,
        },
        BlockedRecheckInterval = options.Applications.BlockedRecheckInterval,
        MaxConcurrentReconciles = options.Runtime.MaxConcurrentReconciles.ApplicationInstance,
        ReconcileTimeout = options.Runtime.ReconcileTimeout,
    };
}
