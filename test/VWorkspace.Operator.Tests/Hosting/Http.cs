using System.Net;
using System.Text.Json.Nodes;

namespace VWorkspace.Operator.Tests.Hosting;

/// <summary>Requests to the listeners of an operator.</summary>
internal static class Http
{
    private static readonly HttpClient Client = new() { Timeout = ManagerUnderTest.Patience };

    /// <summary>Status and text of an answer.</summary>
    public static async Task<(HttpStatusCode Status, string Body)> GetAsync(string address, string path, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{address}{path}");
        if (accept is not null) request.Headers.TryAddWithoutValidation("Accept", accept);
        using HttpResponseMessage response = await Client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Asks until the status is that; gives the body.</summary>
    public static async Task<JsonObject> UntilAsync(string address, string path, HttpStatusCode expected)
    {
        using var limit = new CancellationTokenSource(ManagerUnderTest.Patience);
        for (string last = ""; ;)
        {
            (HttpStatusCode status, string body) = await GetAsync(address, path);
            if (status == expected) return JsonNode.Parse(body)!.AsObject();
            last = body;
            try
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"{path} never answered {expected}; the last answer was {status}: {last}");
            }
        }
    }
}
