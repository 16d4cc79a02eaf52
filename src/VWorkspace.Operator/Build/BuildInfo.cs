using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace VWorkspace.Operator.Build;

/// <summary>What this build is. All values come from the assembly, none from the machine it runs on but <see cref="Runtime"/> and <see cref="Platform"/>.</summary>
/// <param name="Version">SemVer with a leading <c>v</c>.</param>
/// <param name="Commit">Commit, or <c>unknown</c>.</param>
/// <param name="BuildDate">Date in RFC 3339 (given to the build as property <c>BuildDate</c>), or <c>unknown</c>.</param>
/// <param name="Runtime">For instance <c>.NET 10.0.1</c>.</param>
/// <param name="Platform">For instance <c>linux/x64</c>.</param>
public sealed record BuildInfo(string Version, string Commit, string BuildDate, string Runtime, string Platform)
{
    /// <summary>This build.</summary>
    public static BuildInfo Current { get; } = Of(typeof(BuildInfo).Assembly);

    /// <summary>One line for people.</summary>
    public string ToLine(string channel) => $"manager {Version} (commit {Commit}, built {BuildDate}, channel {Named(channel)}, {Runtime}, {Platform})";

    /// <summary>One line of JSON.</summary>
    public string ToJson(string channel)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("version", Version);
            json.WriteString("commit", Commit);
            json.WriteString("buildDate", BuildDate);
            json.WriteString("channel", Named(channel));
            json.WriteString("runtime", Runtime);
            json.WriteString("platform", Platform);
            json.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static string Named(string channel) => channel.Length == 0 ? "none" : channel;

    private static BuildInfo Of(Assembly assembly)
    {
        string informational = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";
        string[] parts = informational.Split('+', 2);
        string date = assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(metadata => metadata.Key == "BuildDate")?.Value ?? "";
        return new(
            "v" + parts[0],
            parts.Length > 1 ? parts[1] : "unknown",
            date.Length > 0 ? date : "unknown",
            RuntimeInformation.FrameworkDescription,
            $"{(OperatingSystem.IsLinux() ? "linux" : OperatingSystem.IsMacOS() ? "darwin" : "windows")}/{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}");
    }
}
