using Microsoft.Extensions.Logging;

namespace VWorkspace.Operator.Hosting;

/// <summary>What the host says. The texts are searched for by people and scripts: they stay.</summary>
internal static partial class HostLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "configuration in force")]
    public static partial void Configuration(
        ILogger logger, string version, string commit, string channel, string pod, string operator_namespace, bool leader_elect, string metrics, string health,
        string max_concurrent_reconciles, string log_level);

    [LoggerMessage(Level = LogLevel.Warning, Message = "flag has no effect in this build")]
    public static partial void FlagWithoutEffect(ILogger logger, string flag);

    [LoggerMessage(Level = LogLevel.Warning, Message = "flag is obsolete and ignored")]
    public static partial void ObsoleteFlag(ILogger logger, string flag);

    [LoggerMessage(Level = LogLevel.Information, Message = "listening")]
    public static partial void Listening(ILogger logger, string health, string metrics);

    [LoggerMessage(Level = LogLevel.Error, Message = "cannot listen")]
    public static partial void CannotListen(ILogger logger, string health, string metrics, string error);

    [LoggerMessage(Level = LogLevel.Error, Message = "no usable Kubernetes configuration")]
    public static partial void NoConfiguration(ILogger logger, string error);

    [LoggerMessage(Level = LogLevel.Information, Message = "Kubernetes configuration found")]
    public static partial void Cluster(ILogger logger, string source, string server);

    [LoggerMessage(Level = LogLevel.Error, Message = "start failed")]
    public static partial void StartFailed(ILogger logger, string error);

    [LoggerMessage(Level = LogLevel.Error, Message = "operator failed")]
    public static partial void Failed(ILogger logger, Exception fault);

    [LoggerMessage(Level = LogLevel.Information, Message = "shutdown started")]
    public static partial void ShutdownStarted(ILogger logger, string signal);

    [LoggerMessage(Level = LogLevel.Information, Message = "shutdown finished")]
    public static partial void ShutdownFinished(ILogger logger, long duration_ms);

    [LoggerMessage(Level = LogLevel.Information, Message = "webhooks are served")]
    public static partial void Webhooks(ILogger logger, string address, string certificate);

    [LoggerMessage(Level = LogLevel.Warning, Message = "no directory of webhook certificates, a self-signed one is used: for one replica whose identity may write webhook configurations")]
    public static partial void SelfSigned(ILogger logger, string path);

    [LoggerMessage(Level = LogLevel.Error, Message = "cannot serve webhooks")]
    public static partial void CannotServeWebhooks(ILogger logger, int port, string error);
}
