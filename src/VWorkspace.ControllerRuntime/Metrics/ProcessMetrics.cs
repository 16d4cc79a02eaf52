using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace VWorkspace.ControllerRuntime;

/// <summary>The <c>process_*</c> series of the Prometheus client convention.</summary>
public sealed class ProcessMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "VWorkspace.Process";

    /// <summary>Name of the meter of .NET itself (<c>dotnet_*</c>); part of the runtime.</summary>
    public const string DotnetMeterName = "System.Runtime";

    private readonly Meter _meter = new(MeterName);

    /// <summary>Creates the instruments.</summary>
    public ProcessMetrics()
    {
        _meter.CreateObservableCounter("process_cpu_seconds_total", static () => Read(static p => p.TotalProcessorTime.TotalSeconds), null, "Total user and system CPU time spent in seconds.");
        _meter.CreateObservableGauge("process_resident_memory_bytes", static () => Read(static p => p.WorkingSet64), null, "Resident memory size in bytes.");
        _meter.CreateObservableGauge("process_virtual_memory_bytes", static () => Read(static p => p.VirtualMemorySize64), null, "Virtual memory size in bytes.");
        _meter.CreateObservableGauge("process_start_time_seconds", static () => Read(static p => (p.StartTime.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds), null,
            "Start time of the process since unix epoch in seconds.");
        if (!OperatingSystem.IsLinux()) return;
        _meter.CreateObservableGauge("process_open_fds", static () => Directory.GetFiles("/proc/self/fd").LongLength, null, "Number of open file descriptors.");
        _meter.CreateObservableGauge("process_max_fds", static () => MaxFileDescriptors(), null, "Maximum number of open file descriptors.");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static T Read<T>(Func<Process, T> value)
    {
        using var process = Process.GetCurrentProcess();
        return value(process);
    }

    private static double MaxFileDescriptors()
    {
        foreach (string line in File.ReadLines("/proc/self/limits"))
        {
            if (!line.StartsWith("Max open files", StringComparison.Ordinal)) continue;
            string soft = line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
            return double.TryParse(soft, CultureInfo.InvariantCulture, out double limit) ? limit : double.PositiveInfinity;
        }

        return double.NaN;
    }
}
