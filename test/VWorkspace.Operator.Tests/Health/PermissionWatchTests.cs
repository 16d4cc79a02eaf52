using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;
using VWorkspace.Operator.Health;
using VWorkspace.TestSupport;

namespace VWorkspace.Operator.Tests.Health;

/// <summary>The readiness check <c>rbac</c>, against an API server that says what is allowed.</summary>
public sealed class PermissionWatchTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(60);

    [Test]
    public async Task Missing_permission_is_named_until_the_role_is_there()
    {
        using var server = new Reviews { Denied = static (verb, resource) => verb == "list" && resource == "applicationinstances" };
        await using World world = new(server);
        Assert.That(world.Watch.Result.Reason, Is.EqualTo("NotCheckedYet"), "not ready before the first look");
        await world.LookAsync();
        Assert.That((world.Watch.Result.Reason, world.Watch.Result.Message), Is.EqualTo(("PermissionMissing", "not allowed: list applicationinstances.apps.vworkspace.io")));
        server.Denied = static (_, _) => false;
        await world.LookAsync();
        Assert.That(world.Watch.Result, Is.EqualTo(HealthCheckResult.Ok));
    }

    [Test]
    public async Task What_was_said_last_holds_while_the_server_fails_and_is_asked_again_soon()
    {
        using var server = new Reviews();
        await using World world = new(server);
        await world.LookAsync();
        server.Code = HttpStatusCode.InternalServerError;
        await world.LookAsync(next: TimeSpan.FromSeconds(5));
        Assert.That(world.Watch.Result, Is.EqualTo(HealthCheckResult.Ok));
        (server.Code, server.Denied) = (HttpStatusCode.Created, static (_, resource) => resource == "leases");
        await world.LookAsync();
        Assert.That(world.Watch.Result.Message, Does.StartWith("not allowed: ").And.Contain("leases.coordination.k8s.io"));
    }

    [Test]
    public async Task Many_missing_permissions_are_counted_and_five_are_named()
    {
        using var server = new Reviews { Denied = static (_, _) => true };
        await using World world = new(server);
        await world.LookAsync();
        Assert.That(world.Watch.Result.Message, Does.Match("^not allowed: ([a-z]+ [a-z./]+, ){4}[a-z]+ [a-z./]+ and [0-9]+ more$"));
    }

    [Test]
    public async Task Server_that_does_not_answer_such_questions_is_no_reason_to_be_unready()
    {
        using var server = new Reviews { Code = HttpStatusCode.NotFound };
        await using World world = new(server);
        await world.LookAsync();
        Assert.That(world.Watch.Result, Is.EqualTo(HealthCheckResult.Skipped));
    }

    /// <summary>A watch on a clock that stands still between its looks.</summary>
    private sealed class World : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new(TimeSpan.FromSeconds(60));
        private readonly ManualTimeProvider _clock = new();
        private readonly KubernetesClient _client;
        private TimeSpan _next;
        private Task? _run;

        public World(HttpMessageHandler server)
        {
            _client = new(new() { Server = new Uri("http://memory.example.com") }, new() { Handler = server, Qps = null });
            Watch = new(_client, "default", "default", _clock, Interval, NullLogger<PermissionWatch>.Instance);
        }

        public PermissionWatch Watch { get; }

        /// <summary>Lets one look happen and waits until the following one is set, which is after the interval unless the look failed.</summary>
        public async Task LookAsync(TimeSpan? next = null)
        {
            if (_run is null) _run = Watch.RunAsync(_stop.Token);
            else _clock.Advance(_next);
            _next = next ?? Interval;
            await _clock.WaitForTimerAsync(_next, _stop.Token);
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            if (_run is not null) await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _client.DisposeAsync();
            _stop.Dispose();
        }
    }

    /// <summary>Answers SelfSubjectAccessReviews.</summary>
    private sealed class Reviews : HttpMessageHandler
    {
        public Func<string, string, bool> Denied { get; set; } = static (_, _) => false;

        public HttpStatusCode Code { get; set; } = HttpStatusCode.Created;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            JsonNode asked = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!["spec"]!["resourceAttributes"]!;
            var answer = Code == HttpStatusCode.Created
                ? new JsonObject
                {
                    ["apiVersion"] = "authorization.k8s.io/v1",
                    ["kind"] = "SelfSubjectAccessReview",
                    ["metadata"] = new JsonObject(),
                    ["status"] = new JsonObject { ["allowed"] = !Denied((string)asked["verb"]!, (string)asked["resource"]!) },
                }
                : new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["status"] = "Failure", ["code"] = (int)Code, ["reason"] = Code.ToString() };
            return new(Code) { Content = new StringContent(answer.ToJsonString(), Encoding.UTF8, "application/json") };
        }
    }
}
