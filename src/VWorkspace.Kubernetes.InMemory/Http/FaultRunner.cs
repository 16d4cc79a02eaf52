using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Faults;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.Http;

/// <summary>Lets a fault happen to a request.</summary>
internal static class FaultRunner
{
    public static async Task RunAsync(HttpContext http, Fault fault, ApiCore core, Func<Task> next, CancellationToken ct)
    {
        switch (fault)
        {
            case Fault.Delay delay:
                await Task.Delay(delay.By, core.Time, ct).ConfigureAwait(false);
                await next().ConfigureAwait(false);
                return;
            case Fault.Refuse refuse:
                throw new StatusException(refuse.Code, StatusErrors.Build(refuse.Code, refuse.Reason, refuse.Message), refuse.RetryAfterSeconds);
            case Fault.CutBeforeRequest:
                http.Abort();
                return;
            case Fault.ExpireWatch:
                ObjectResponder.Start(http, 200, "application/json");
                var error = new System.Text.Json.Nodes.JsonObject { ["type"] = "ERROR", ["object"] = StatusErrors.TooOld(1, core.Store.Revision).Status };
                await http.Response.BodyWriter.WriteAsync(CanonicalJson.Write(error), ct).ConfigureAwait(false);
                await http.Response.BodyWriter.WriteAsync("\n"u8.ToArray(), ct).ConfigureAwait(false);
                return;
            case Fault.CutBeforeResponse:
                Replace(http, new Fault.CutBody(0));
                await next().ConfigureAwait(false);
                http.Abort();
                return;
            default:
                Replace(http, fault);
                await next().ConfigureAwait(false);
                // What was not ended by a line or a flush of its own is treated now.
                await http.Response.Body.FlushAsync(ct).ConfigureAwait(false);
                return;
        }
    }

    private static void Replace(HttpContext http, Fault fault)
    {
        var feature = http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(new FaultStream(feature.Stream, fault, http.Abort, http.RequestAborted), feature));
    }
}
