using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using VWorkspace.Kubernetes.InMemory.Authorization;
using VWorkspace.Kubernetes.InMemory.Errors;

namespace VWorkspace.Kubernetes.InMemory.Http;

/// <summary>Every request comes through here: authentication, faults, authorisation, routing, errors, log.</summary>
internal sealed partial class HttpFrontend(ApiCore core, Authenticator authenticator, DiscoveryEndpoint discovery, ControlEndpoint? control, ILogger logger)
{
    private readonly ResourceEndpoint _resources = new(core);
    private readonly Impersonator _impersonator = new(core.Authorizer);

    public async Task HandleAsync(HttpContext http)
    {
        var ct = http.RequestAborted;
        var path = http.Request.Path.Value ?? "/";
        var info = RequestInfo.Parse(path, http.Request.Method, ListQuery.Flag(http.Request.Query["watch"]) == true);
        var came = core.Time.GetUtcNow();
        var user = authenticator.Authenticate(http.Request.Headers.Authorization.ToString());
        http.Response.Headers["Audit-Id"] = http.TraceIdentifier;
        try
        {
            if (user is null) throw StatusErrors.Unauthorized();
            if (ImpersonationHeaders.Read(http.Request.Headers) is { } wanted) user = _impersonator.Impersonate(wanted, AccessAttributes.Of(info, user));
            if (control is not null && control.Owns(path)) await control.HandleAsync(http, user, ct).ConfigureAwait(false);
            else if (core.Faults.Take(info, user.Name) is { } fault) await FaultRunner.RunAsync(http, fault, core, () => RouteAsync(http, path, info, user, ct), ct).ConfigureAwait(false);
            else await RouteAsync(http, path, info, user, ct).ConfigureAwait(false);
        }
        catch (StatusException e) when (!http.Response.HasStarted)
        {
            await ObjectResponder.WriteErrorAsync(http, e, ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The client has gone, or the server stops; there is nobody to answer.
        }
        catch (Exception e) when (e is not OperationCanceledException && !http.Response.HasStarted)
        {
            LogFault(logger, info.Verb, path, e);
            await ObjectResponder.WriteErrorAsync(http, StatusErrors.Internal(e.GetType().Name + ": " + e.Message), ct).ConfigureAwait(false);
        }
        finally
        {
            var status = ct.IsCancellationRequested && !http.Response.HasStarted ? 0 : http.Response.StatusCode;
            core.Requests.Add(new RequestRecord(came, user?.Name ?? "", info.Verb, info.Group, info.Resource, info.Subresource, info.Namespace, info.Name, path, http.Request.QueryString.Value ?? "", status, http.Request.Headers.UserAgent.ToString()));
        }
    }

    private async Task RouteAsync(HttpContext http, string path, RequestInfo info, UserInfo user, CancellationToken ct)
    {
        if (!DiscoveryEndpoint.IsPublic(path))
        {
            var attributes = AccessAttributes.Of(info.NamedBy(http.Request.Query["fieldSelector"]), user);
            if (core.Authorizer.Decide(attributes) is { Allowed: false } refused) throw attributes.Forbidden(refused.Reason);
        }

        if (info.IsResource) await _resources.HandleAsync(http, info, user, ct).ConfigureAwait(false);
        else if (!await discovery.TryHandleAsync(http, path, ct).ConfigureAwait(false)) await ObjectResponder.WriteTextAsync(http, 404, "404 page not found\n", ct).ConfigureAwait(false);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The in-memory API server failed to answer {Verb} {Path}")]
    private static partial void LogFault(ILogger logger, string verb, string path, Exception exception);
}
