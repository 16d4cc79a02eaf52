using System.Runtime.InteropServices;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>What happened to a reflector.</summary>
internal enum ReflectorSignalKind
{
    /// <summary>A page arrived and there are more.</summary>
    PageRead,

    /// <summary>The last page arrived.</summary>
    Listed,

    /// <summary>The stream of initial events is complete; the same stream goes on as a watch.</summary>
    InitialEventsEnded,

    /// <summary>A watch brought an event or a bookmark.</summary>
    Progress,

    /// <summary>The server ended the stream properly after a useful time.</summary>
    Ended,

    /// <summary>The server ended the stream at once and without a single line.</summary>
    EndedAtOnce,

    /// <summary>The server said no: as HTTP answer or inside the stream.</summary>
    Refused,

    /// <summary>The network failed.</summary>
    Broken,

    /// <summary>No line for so long that the connection counts as dead.</summary>
    Idle,
}

/// <summary>What happened, with the details that matter for the next step.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ReflectorSignal(ReflectorSignalKind Kind, string? ResourceVersion = null, string? Continue = null, KubernetesError? Error = null)
{
    public static ReflectorSignal PageRead(string token) => new(ReflectorSignalKind.PageRead, Continue: token);

    public static ReflectorSignal Listed(string version) => new(ReflectorSignalKind.Listed, version);

    public static ReflectorSignal InitialEventsEnded(string version) => new(ReflectorSignalKind.InitialEventsEnded, version);

    public static ReflectorSignal Progress(string version) => new(ReflectorSignalKind.Progress, version);

    public static ReflectorSignal Refused(KubernetesError error) => new(ReflectorSignalKind.Refused, Error: error);

    public static readonly ReflectorSignal Ended = new(ReflectorSignalKind.Ended);

    public static readonly ReflectorSignal EndedAtOnce = new(ReflectorSignalKind.EndedAtOnce);

    public static readonly ReflectorSignal Broken = new(ReflectorSignalKind.Broken);

    public static readonly ReflectorSignal Idle = new(ReflectorSignalKind.Idle);
}
