using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Errors;
using VWorkspace.Kubernetes.InMemory.Http;
using VWorkspace.Kubernetes.InMemory.Http.Protobuf;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;

namespace VWorkspace.Kubernetes.InMemory.Authorization;

/// <summary>Answers the reviews of <c>authorization.k8s.io</c> and <c>authentication.k8s.io</c>, and token requests.</summary>
internal sealed class ReviewOperations(ApiCore core, Authenticator authenticator)
{
    private static readonly TimeSpan DefaultTokenLifetime = TimeSpan.FromHours(1);

    public void Register(SpecialOperations operations)
    {
        operations.Add("selfsubjectaccessreviews.authorization.k8s.io", "", SelfSubjectAccessReview);
        operations.Add("subjectaccessreviews.authorization.k8s.io", "", SubjectAccessReview);
        operations.Add("localsubjectaccessreviews.authorization.k8s.io", "", SubjectAccessReview);
        operations.Add("selfsubjectrulesreviews.authorization.k8s.io", "", SelfSubjectRulesReview);
        operations.Add("selfsubjectreviews.authentication.k8s.io", "", SelfSubjectReview);
        operations.Add("tokenreviews.authentication.k8s.io", "", TokenReview);
        operations.Add("serviceaccounts", "token", TokenRequest);
    }

    private Task<WriteResult> SelfSubjectAccessReview(SpecialRequest request, CancellationToken ct)
    {
        var review = Read(request);
        var spec = review["spec"] as JsonObject ?? [];
        CheckAttributes(request.Type, spec);
        return Answer(review, Decide(spec, request.Options.User));
    }

    private Task<WriteResult> SubjectAccessReview(SpecialRequest request, CancellationToken ct)
    {
        var review = Read(request);
        var spec = review["spec"] as JsonObject ?? [];
        CheckAttributes(request.Type, spec);
        var (name, groups) = (spec.Text("user") ?? "", spec.Items("groups").Texts());
        if (name.Length == 0 && groups.Count == 0) throw StatusErrors.Invalid(request.Type.GroupKind, "", [FieldCause.InvalidRaw("spec.user", "\"\"", "at least one of user or group must be specified")]);
        if (request.Namespace.Length > 0 && spec["resourceAttributes"].Text("namespace") != request.Namespace)
            throw StatusErrors.BadRequest($"the namespace of the provided object does not match the namespace sent on the request");
        return Answer(review, Decide(spec, new UserInfo(name, spec.Text("uid") ?? "", groups)));
    }

    private Task<WriteResult> SelfSubjectRulesReview(SpecialRequest request, CancellationToken ct)
    {
        var review = Read(request);
        var ns = review["spec"].Text("namespace") ?? "";
        if (ns.Length == 0) throw StatusErrors.BadRequest("no namespace on request");
        var (resources, others) = (new JsonArray(), new JsonArray());
        var rules = request.Options.User.IsMaster
            ? [new JsonObject { ["verbs"] = new JsonArray("*"), ["apiGroups"] = new JsonArray("*"), ["resources"] = new JsonArray("*") }, new JsonObject { ["verbs"] = new JsonArray("*"), ["nonResourceURLs"] = new JsonArray("*") }]
            : core.Authorizer.RulesFor(request.Options.User, ns).SelectMany(r => r.Rules);
        foreach (var rule in rules) (rule.Items("nonResourceURLs") is { Count: > 0 } ? others : resources).Add(rule.DeepClone());
        return Answer(review, new JsonObject { ["resourceRules"] = resources, ["nonResourceRules"] = others, ["incomplete"] = false });
    }

    private Task<WriteResult> SelfSubjectReview(SpecialRequest request, CancellationToken ct)
    {
        var review = Read(request, owned: false);
        review["metadata"] = new JsonObject { ["creationTimestamp"] = Timestamps.Format(core.Time.GetUtcNow()) };
        return Answer(review, new JsonObject { ["userInfo"] = Describe(request.Options.User) });
    }

    private Task<WriteResult> TokenReview(SpecialRequest request, CancellationToken ct)
    {
        var review = Read(request);
        var token = review["spec"].Text("token") ?? "";
        if (token.Length == 0) throw StatusErrors.BadRequest("token is required for TokenReview in authentication");
        var user = authenticator.FromToken(token);
        return Answer(review, user is null
            ? new JsonObject { ["user"] = new JsonObject(), ["error"] = "invalid bearer token" }
            : new JsonObject { ["authenticated"] = true, ["user"] = Describe(user), ["audiences"] = new JsonArray("https://kubernetes.default.svc.cluster.local") });
    }

    private Task<WriteResult> TokenRequest(SpecialRequest request, CancellationToken ct)
    {
        var account = core.Store.Find("serviceaccounts", request.Namespace, request.Name) ?? throw StatusErrors.NotFound(request.Type.Resource, request.Name);
        var body = Parse(request);
        var seconds = body["spec"].Number("expirationSeconds") ?? (long)DefaultTokenLifetime.TotalSeconds;
        if (seconds < 600) throw StatusErrors.Invalid(new GroupResource("authentication.k8s.io", "TokenRequest"), "", [FieldCause.InvalidRaw("spec.expirationSeconds", seconds.ToString(System.Globalization.CultureInfo.InvariantCulture), "may not specify a duration less than 10 minutes")]);
        var (token, expires) = core.Tokens.Issue(account, TimeSpan.FromSeconds(seconds), body["spec"].Items("audiences").Texts(), core.Names.Uid());
        var spec = body["spec"]?.DeepClone() as JsonObject ?? [];
        spec["expirationSeconds"] = seconds;
        return Task.FromResult(new WriteResult(new JsonObject
        {
            ["kind"] = "TokenRequest",
            ["apiVersion"] = "authentication.k8s.io/v1",
            ["metadata"] = new JsonObject { ["name"] = account.Name, ["namespace"] = account.Namespace, ["creationTimestamp"] = Timestamps.Format(core.Time.GetUtcNow()) },
            ["spec"] = spec,
            ["status"] = new JsonObject { ["token"] = token, ["expirationTimestamp"] = Timestamps.Format(expires) },
        }, true));
    }

    private JsonObject Decide(JsonObject spec, UserInfo user)
    {
        var attributes = spec["resourceAttributes"] is JsonObject resource
            ? new AccessAttributes
            {
                User = user,
                Verb = resource.Text("verb") ?? "",
                Group = resource.Text("group") ?? "",
                Resource = resource.Text("resource") ?? "",
                Subresource = resource.Text("subresource") ?? "",
                Namespace = resource.Text("namespace") ?? "",
                Name = resource.Text("name") ?? "",
            }
            : new AccessAttributes { User = user, Verb = spec["nonResourceAttributes"].Text("verb") ?? "", Path = spec["nonResourceAttributes"].Text("path") ?? "" };
        var decision = core.Authorizer.Decide(attributes);
        var status = new JsonObject { ["allowed"] = decision.Allowed };
        if (decision.Reason.Length > 0) status["reason"] = decision.Reason;
        return status;
    }

    private static void CheckAttributes(ResourceType type, JsonObject spec)
    {
        var (resource, other) = (spec["resourceAttributes"] is JsonObject, spec["nonResourceAttributes"] is JsonObject);
        if (resource && other) throw StatusErrors.Invalid(type.GroupKind, "", [FieldCause.InvalidRaw("spec.nonResourceAttributes", spec["nonResourceAttributes"]!.ToJsonString(), "cannot be specified in combination with resourceAttributes")]);
        if (!resource && !other) throw StatusErrors.Invalid(type.GroupKind, "", [FieldCause.InvalidRaw("spec.resourceAttributes", "null", "exactly one of nonResourceAttributes or resourceAttributes must be specified")]);
    }

    private JsonObject Read(SpecialRequest request, bool owned = true)
    {
        var review = BodyReader.Decode(request.Type, request.Body, request.MediaType, request.Options);
        review.Metadata();
        return owned ? core.Ownership.AfterWrite(request.Type, null, review, "", request.Options) : review;
    }

    private static JsonObject Parse(SpecialRequest request) => request.Body.Length == 0 ? []
        : request.MediaType == ProtobufBody.MediaType ? BodyReader.ParseProtobuf(request.Type, request.Body)
        : JsonTreeReader.Parse(request.Body) as JsonObject ?? [];

    private static Task<WriteResult> Answer(JsonObject review, JsonObject status)
    {
        review["status"] = status;
        return Task.FromResult(new WriteResult(review, true));
    }

    private static JsonObject Describe(UserInfo user)
    {
        var info = new JsonObject { ["username"] = user.Name };
        if (user.Uid.Length > 0) info["uid"] = user.Uid;
        if (user.Groups.Count > 0) info["groups"] = new JsonArray([.. user.Groups.Select(g => (JsonNode)g)]);
        if (user.Extra.Count > 0) info["extra"] = new JsonObject(user.Extra.Select(e => KeyValuePair.Create<string, JsonNode?>(e.Key, new JsonArray([.. e.Value.Select(v => (JsonNode)v)]))));
        return info;
    }
}
