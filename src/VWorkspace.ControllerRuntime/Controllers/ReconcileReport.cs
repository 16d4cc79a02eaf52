using System.Runtime.InteropServices;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>How one reconcile ended, for those who count or trace.</summary>
/// <param name="Controller">Name of the controller.</param>
/// <param name="Key">Which object.</param>
/// <param name="Outcome">What it asked of the queue.</param>
/// <param name="Duration">Wall time.</param>
/// <param name="TimedOut">Its deadline cancelled it.</param>
/// <param name="Panicked">It threw something that only a bug throws.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ReconcileReport(string Controller, ObjectKey Key, ReconcileOutcome Outcome, TimeSpan Duration, bool TimedOut, bool Panicked);
