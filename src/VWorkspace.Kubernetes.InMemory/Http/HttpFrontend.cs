using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using VWorkspace.Kubernetes.InMemory.Authorization;
using VWorkspace.Kubernetes.InMemory.Errors;

namespace VWorkspace.Kubernetes.InMemory.Http;

/// <summary>Every request comes through here: authentication, authorisation, routing, errors, log.</summary>
internal sealed partial class HttpFrontend(ApiCore core, Authenticator authenticator, DiscoveryEndpoint discovery, ILogger logger)
{
    private readonly ResourceEndpoint _resources = new(core);

    public async Task HandleAsync(HttpContext http)
    {
        var ct = http.RequestAborted;
        var path = http.Request.Path.Value ?? "/";
        var info = RequestInfo.Parse(path, http.Request.Method, ListQuery.Flag(http.Request.Query["watch"]) == true);
        http.Response.Headers["Audit-Id"] = http.TraceIdentifier;
        try
        {
            await RouteAsync(http, path, info, ct).ConfigureAwait(false);
        }
        catch (StatusException e) when (!http.Response.HasStarted)
        {
            await ObjectResponder.WriteErrorAsync(http, e, ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The client has gone; there is nobody to answer.
        }
        catch (Exception e) when (e is not OperationCanceledException && !http.Response.HasStarted)
        {
            LogFault(logger, info.Verb, path, e);
            await ObjectResponder.WriteErrorAsync(http, StatusErrors.Internal(e.GetType().Name + ": " + e.Message), ct).ConfigureAwait(false);
        }
    }

    private async Task RouteAsync(HttpContext http, string path, RequestInfo info, CancellationToken ct)
    {
        var user = authenticator.Authenticate(http.Request.Headers.Authorization.ToString()) ?? throw StatusErrors.Unauthorized();
        user = ImpersonationHeaders.Apply(http.Request.Headers, user, core.Authorizer);
        if (!DiscoveryEndpoint.IsPublic(path))
        {
            var attributes = AccessAttributes.Of(info, user);
            if (core.Authorizer.Decide(attributes) is { Allowed: false } refused) throw attributes.Forbidden(refused.Reason);
        }

        if (info.IsResource)
        {
            await _resources.HandleAsync(http, info, user, ct).ConfigureAwait(false);
            return;
        }

        if (await discovery.TryHandleAsync(http, path, ct).ConfigureAwait(false)) return;
        await ObjectResponder.WriteTextAsync(http, 404, "404 page not found\n", ct).ConfigureAwait(false);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The in-memory API server failed to answer {Verb} {Path}")]
    private static partial void LogFault(ILogger logger, string verb, string path, Exception exception);
}
