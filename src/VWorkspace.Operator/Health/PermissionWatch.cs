using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using VWorkspace.ControllerRuntime;
using VWorkspace.Kubernetes;

namespace VWorkspace.Operator.Health;

/// <summary>Asks the API server now and then whether the operator may do what it must, so that a missing role is told before it is felt.</summary>
/// <param name="client">The client.</param>
/// <param name="operatorNamespace">Namespace of the operator.</param>
/// <param name="leaseNamespace">Namespace of the Lease; null without leader election.</param>
/// <param name="clock">The clock.</param>
/// <param name="interval">Time between two looks.</param>
/// <param name="logger">Log.</param>
internal sealed partial class PermissionWatch(IKubernetesClient client, string operatorNamespace, string? leaseNamespace, TimeProvider clock, TimeSpan interval, ILogger<PermissionWatch> logger)
{
    private const int Shown = 5;
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(5);
    private static readonly KubernetesResource<DynamicObject> Reviews =
        new(new("authorization.k8s.io", "v1", "SelfSubjectAccessReview"), "selfsubjectaccessreviews", Namespaced: false, KubernetesJson.Default.DynamicObject);

    private volatile HealthCheckResult _result = HealthCheckResult.Failed("NotCheckedYet", "permissions have not been looked at yet");

    /// <summary>The result of the last look.</summary>
    public HealthCheckResult Result => _result;

    /// <summary>Looks until the end.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            TimeSpan pause = interval;
            try
            {
                Tell(await LookAsync(cancellationToken));
            }
            catch (KubernetesTransportException)
            {
                // The API server is away; what it said last holds until it says something else.
                pause = AfterFault;
            }
            await Task.Delay(pause, clock, cancellationToken);
        }
    }

    /// <returns>What is not allowed; null when the server does not answer such questions.</returns>
    private async Task<IReadOnlyList<string>?> LookAsync(CancellationToken cancellationToken)
    {
        var missing = new List<string>();
        IEnumerable<(PermissionRule Rule, string? Namespace)> rules = Permissions.ClusterWide.Select(rule => (rule, (string?)null)).Append((Permissions.CatalogPolicy, operatorNamespace));
        if (leaseNamespace is not null) rules = rules.Append((Permissions.Leases, leaseNamespace));
        foreach ((PermissionRule rule, string? ns) in rules)
        foreach (string resource in rule.Resources)
        foreach (string verb in rule.Verbs)
        {
            ApiResult<DynamicObject> answer = await client.CreateAsync(Reviews, null, Question(rule, resource, verb, ns), new WriteOptions(), cancellationToken);
            if (!answer.TryGet(out DynamicObject? review, out KubernetesError? error))
            {
                if (error.Code is 404 or 405) return null;
                throw new KubernetesTransportException(error.ToString());
            }
            if ((bool?)review.Json["status"]?["allowed"] != true) missing.Add($"{verb} {resource}{(rule.Group.Length > 0 ? "." + rule.Group : "")}");
        }
        return missing;
    }

    private static JsonObject Question(PermissionRule rule, string resource, string verb, string? ns)
    {
        string[] parts = resource.Split('/');
        var attributes = new JsonObject { ["group"] = rule.Group, ["resource"] = parts[0], ["verb"] = verb };
        if (parts.Length > 1) attributes["subresource"] = parts[1];
        if (rule.Name is not null) attributes["name"] = rule.Name;
        if (ns is not null) attributes["namespace"] = ns;
        return new JsonObject { ["spec"] = new JsonObject { ["resourceAttributes"] = attributes } };
    }

    private void Tell(IReadOnlyList<string>? missing)
    {
        HealthCheckResult before = _result;
        if (missing is null) _result = HealthCheckResult.Skipped;
        else if (missing.Count == 0)
        {
            _result = HealthCheckResult.Ok;
            if (before.Reason == "PermissionMissing") Complete(logger);
        }
        else
        {
            string text = string.Join(", ", missing.Take(Shown)) + (missing.Count > Shown ? $" and {(missing.Count - Shown).ToString(System.Globalization.CultureInfo.InvariantCulture)} more" : "");
            _result = HealthCheckResult.Failed("PermissionMissing", "not allowed: " + text);
            if (before.Message != _result.Message) Missing(logger, text);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "permissions are missing: apply the roles of the installation")]
    private static partial void Missing(ILogger logger, string missing);

    [LoggerMessage(Level = LogLevel.Information, Message = "permissions are complete")]
    private static partial void Complete(ILogger logger);
}
