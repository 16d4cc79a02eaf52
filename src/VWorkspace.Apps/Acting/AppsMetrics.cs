using System.Diagnostics.Metrics;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps.Acting;

/// <summary>Instruments of this room beside those of the controller runtime.</summary>
internal sealed class AppsMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "VWorkspace.Apps";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _transitions;

    public AppsMetrics() => _transitions = _meter.CreateCounter<long>(
        "vworkspace_operator_condition_transitions_total", description: "Conditions of ApplicationInstances that appeared or changed status or reason.");

    /// <summary>Counts one transition. Labels come from a closed vocabulary.</summary>
    public void Transition(Condition condition) =>
        _transitions.Add(1, new("kind", "ApplicationInstance"), new("type", condition.Type), new("status", condition.Status), new("reason", condition.Reason));

    public void Dispose() => _meter.Dispose();
}
