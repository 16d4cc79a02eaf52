using Microsoft.Extensions.Logging;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime;

/// <summary>What every informer of a cache works with.</summary>
internal sealed record InformerEnvironment(
    IKubernetesClient Client, KindRegistry Kinds, ReflectorOptions Options, TimeProvider Clock, Random Random, ILoggerFactory Logging, WorkInFlight InFlight);
