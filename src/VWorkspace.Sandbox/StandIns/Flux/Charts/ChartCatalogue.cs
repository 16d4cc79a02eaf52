using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace VWorkspace.Sandbox.StandIns.Flux;

/// <summary>
/// What the registries of the sandbox hold. By default everything that is asked for exists, so that any chart can be tried.
/// Experiments make charts missing or broken: by marks in the version (<c>-missing</c>, <c>-broken</c>, <c>-slow</c>), by a host
/// below the reserved top-level domain <c>invalid</c>, or from code by <see cref="Withdraw"/> and <see cref="Publish"/>.
/// </summary>
public sealed class ChartCatalogue
{
    /// <summary>How long a chart whose version carries the mark <c>slow</c> takes to install or upgrade.</summary>
    public static readonly TimeSpan SlowChart = TimeSpan.FromSeconds(20);

    private readonly ConcurrentDictionary<(string Chart, string Version), bool> _published = new();
    private readonly ConcurrentDictionary<string, string> _hostFaults = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Makes a chart version present, whatever its version says.</summary>
    public void Publish(string chart, string version) => _published[(chart, version)] = true;

    /// <summary>Makes a chart version absent: the registry answers "not found".</summary>
    public void Withdraw(string chart, string version) => _published[(chart, version)] = false;

    /// <summary>Lets every request to a host fail with a text, until <see cref="Mend"/>.</summary>
    public void BreakHost(string host, string error) => _hostFaults[host] = error;

    /// <summary>Ends what <see cref="BreakHost"/> began.</summary>
    public void Mend(string host) => _hostFaults.TryRemove(host, out _);

    /// <summary>Looks a chart up as a registry client would.</summary>
    /// <param name="repository">URL of the repository, with scheme.</param>
    /// <param name="chart">Name of the chart.</param>
    /// <param name="version">Concrete version; build metadata may be written with <c>_</c> as in OCI tags.</param>
    internal ChartLookup Find(string repository, string chart, string version)
    {
        string host = Uri.TryCreate(repository, UriKind.Absolute, out Uri? uri) ? uri.Host : string.Empty;
        if (HostFault(host) is { } fault) return new ChartLookup.Unreachable(fault);
        version = version.Replace('_', '+');
        bool exists = _published.TryGetValue((chart, version), out bool published) ? published : !HasMark(version, "missing");
        if (!exists) return new ChartLookup.NotFound();
        return new ChartLookup.Found(new(chart, version, AppVersionOf(version), DigestOf($"{repository}/{chart}:{version}"))
        {
            FailsToDeploy = HasMark(version, "broken"),
            Duration = HasMark(version, "slow") ? SlowChart : null,
        });
    }

    /// <summary>The error of a host, or null when it answers.</summary>
    internal string? HostFault(string host)
    {
        if (_hostFaults.TryGetValue(host, out string? fault)) return fault;
        return host == "invalid" || host.EndsWith(".invalid", StringComparison.OrdinalIgnoreCase)
            ? $"dial tcp: lookup {host}: no such host"
            : null;
    }

    /// <summary>A digest in the form <c>sha256:hex</c> that depends on nothing but the text.</summary>
    internal static string DigestOf(string text) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static bool HasMark(string version, string mark)
    {
        int start = version.IndexOf('-', StringComparison.Ordinal);
        if (start < 0) return false;
        string prerelease = version[(start + 1)..].Split('+')[0];
        return prerelease.Split('.', '-').Contains(mark, StringComparer.OrdinalIgnoreCase);
    }

    private static string AppVersionOf(string version) => version.Split('+')[0];
}

/// <summary>A chart as loaded from its artifact.</summary>
/// <param name="Name">Name of the chart.</param>
/// <param name="Version">Version of the chart.</param>
/// <param name="AppVersion">Version of the application in it.</param>
/// <param name="Digest">Digest of its OCI manifest or archive.</param>
internal sealed record ChartPackage(string Name, string Version, string AppVersion, string Digest)
{
    /// <summary>True when a release of it never becomes ready.</summary>
    public bool FailsToDeploy { get; init; }

    /// <summary>How long its workloads take to become ready; null for the stand-in's default.</summary>
    public TimeSpan? Duration { get; init; }
}

/// <summary>Answer of a registry.</summary>
internal abstract record ChartLookup
{
    private ChartLookup()
    {
    }

    /// <summary>The chart is there.</summary>
    public sealed record Found(ChartPackage Chart) : ChartLookup;

    /// <summary>The registry answered, and it is not there.</summary>
    public sealed record NotFound : ChartLookup;

    /// <summary>The registry did not answer.</summary>
    public sealed record Unreachable(string Error) : ChartLookup;
}
