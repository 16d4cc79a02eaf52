using VWorkspace.Api;
using VWorkspace.Apps.Flux;
using VWorkspace.Kubernetes;

namespace VWorkspace.Apps;

/// <summary>The readiness checks of all instances; they run outside the workers.</summary>
internal interface IReadinessChecks
{
    /// <summary>Texts of the checks of an instance that count as failed now.</summary>
    IReadOnlyList<string> Failed(ApplicationInstance instance);

    /// <summary>Runs the checks of an instance while its release is Ready, and stops them otherwise.</summary>
    void Watch(ApplicationInstance instance, HelmRelease? release);

    /// <summary>Stops the checks of an instance.</summary>
    void Forget(ObjectKey key);
}
