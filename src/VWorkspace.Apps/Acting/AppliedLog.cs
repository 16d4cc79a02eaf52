using Microsoft.Extensions.Logging;

namespace VWorkspace.Apps.Acting;

/// <summary>The record of every write to an object of Flux; its text is searched for by people and scripts.</summary>
internal static partial class AppliedLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "resource applied")]
    public static partial void Applied(ILogger logger, string kind, string target_namespace, string target_name, string operation);
}
