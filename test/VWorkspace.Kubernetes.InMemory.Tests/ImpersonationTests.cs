using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.Tests;

/// <summary>Acting as somebody else, with RBAC on.</summary>
[TestFixture]
public sealed class ImpersonationTests
{
    private const string Pods = "/api/v1/namespaces/default/pods";
    private const string Review = """{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}""";

    private static readonly (string, string)[] Attributes = [("Impersonate-Uid", "7"), ("Impersonate-Extra-Scopes%2Fx", "1"), ("Impersonate-Extra-scopes%2fx", "2")];

    private static IEnumerable<TestCaseData> Refused()
    {
        yield return Case("user", [("Impersonate-User", "jane")], """pods is forbidden: User "bob" cannot impersonate-on:user-info:list resource "pods" in API group "" in the namespace "default" """);
        yield return Case("account", [("Impersonate-User", "system:serviceaccount:ns:sa")], """pods is forbidden: User "bob" cannot impersonate-on:serviceaccount:list resource "pods" in API group "" in the namespace "default" """);
        yield return Case("account_with_a_group", [("Impersonate-User", "system:serviceaccount:ns:sa"), ("Impersonate-Group", "g")],
            """serviceaccounts "sa" is forbidden: User "bob" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "ns" """);
        yield return Case("node", [("Impersonate-User", "system:node:n1")], """pods is forbidden: User "bob" cannot impersonate-on:arbitrary-node:list resource "pods" in API group "" in the namespace "default" """);

        static TestCaseData Case(string name, (string, string)[] headers, string message) => new TestCaseData(headers, message.Trim()).SetName("Refusal_says_what_is_missing_" + name);
    }

    [TestCaseSource(nameof(Refused))]
    public async Task Refusal_says_what_is_missing((string, string)[] headers, string message)
    {
        await using var server = await InMemoryApiServer.StartAsync();
        using var bob = new TestClient(server, server.AddUser("bob"));

        var (code, status) = await SendAsync(bob, "GET", Pods, null, headers);

        Assert.That((code, (string?)status["reason"], (string?)status["message"]), Is.EqualTo((403, "Forbidden", message)));
    }

    /// <summary>Every value needs its own right: of the last one alone the request may still fail.</summary>
    [TestCase("groups", "Impersonate-Group", "g2", "")]
    [TestCase("userextras/reason", "Impersonate-Extra-Reason", "r2", "authentication.k8s.io")]
    [TestCase("uids", "Impersonate-Uid", "7", "authentication.k8s.io")]
    public async Task Plain_verb_is_checked_for_each_value(string resource, string header, string second, string group)
    {
        await using var server = await InMemoryApiServer.StartAsync();
        using var bob = new TestClient(server, server.AddUser("bob"));
        string first = second.Replace('2', '1');
        (string, string)[] headers = second == first ? [("Impersonate-User", "jane"), (header, first)] : [("Impersonate-User", "jane"), (header, first), (header, second)];
        await BindAsync(server, ("", "users", "jane", "impersonate"), (group, resource, second == first ? "other" : first, "impersonate"));
        Assert.That((await SendAsync(bob, "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", Review, headers)).Code, Is.EqualTo(403));

        await BindAsync(server, ("", "users", "jane", "impersonate"), (group, resource, first, "impersonate"), (group, resource, second, "impersonate"));
        Assert.That((await SendAsync(bob, "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", Review, headers)).Code, Is.EqualTo(201));
    }

    [Test]
    public async Task Constrained_right_holds_for_its_verb_and_resource_alone()
    {
        await using var server = await InMemoryApiServer.StartAsync();
        using var bob = new TestClient(server, server.AddUser("bob"));
        await BindAsync(server, ("authentication.k8s.io", "users", "jane", "impersonate:user-info"), ("", "pods", "", "impersonate-on:user-info:list"));
        await BindAsync(server, "jane", ("", "pods", "", "*"), ("", "configmaps", "", "*"));

        Assert.That((await SendAsync(bob, "GET", Pods, null, [("Impersonate-User", "jane")])).Code, Is.EqualTo(200));
        Assert.That((await SendAsync(bob, "GET", Pods + "/x", null, [("Impersonate-User", "jane")])).Code, Is.EqualTo(403));
        Assert.That((await SendAsync(bob, "GET", "/api/v1/namespaces/default/configmaps", null, [("Impersonate-User", "jane")])).Code, Is.EqualTo(403));
        var (code, status) = await SendAsync(bob, "GET", Pods, null, [("Impersonate-User", "jane"), ("Impersonate-Group", "system:masters")]);
        Assert.That((code, (string?)status["message"]), Is.EqualTo((403,
            """groups.authentication.k8s.io "system:masters" is forbidden: User "bob" cannot impersonate:user-info resource "groups" in API group "authentication.k8s.io" at the cluster scope: impersonating the system:masters group is not allowed""")));
    }

    private static IEnumerable<TestCaseData> Users()
    {
        yield return Case("user", [("Impersonate-User", "jane")], "jane", ["system:authenticated"]);
        yield return Case("user_with_groups", [("Impersonate-User", "jane"), ("Impersonate-Group", "b"), ("Impersonate-Group", "a, c")], "jane", ["b", "a, c", "system:authenticated"]);
        yield return Case("user_that_is_not_authenticated", [("Impersonate-User", "jane"), ("Impersonate-Group", "system:unauthenticated")], "jane", ["system:unauthenticated"]);
        yield return Case("anonymous", [("Impersonate-User", "system:anonymous")], "system:anonymous", ["system:unauthenticated"]);
        yield return Case("account", [("Impersonate-User", "system:serviceaccount:ns:sa")], "system:serviceaccount:ns:sa", ["system:serviceaccounts", "system:serviceaccounts:ns", "system:authenticated"]);
        yield return Case("account_with_a_group", [("Impersonate-User", "system:serviceaccount:ns:sa"), ("Impersonate-Group", "g")], "system:serviceaccount:ns:sa", ["g", "system:authenticated"]);
        yield return Case("node", [("Impersonate-User", "system:node:n1")], "system:node:n1", ["system:nodes", "system:authenticated"]);

        static TestCaseData Case(string name, (string, string)[] headers, string user, string[] groups) => new TestCaseData(headers, user, groups).SetName("Impersonated_user_gets_the_groups_of_its_kind_" + name);
    }

    [TestCaseSource(nameof(Users))]
    public async Task Impersonated_user_gets_the_groups_of_its_kind((string, string)[] headers, string user, string[] groups)
    {
        await using var server = await InMemoryApiServer.StartAsync(new() { Rbac = false });
        using var admin = new TestClient(server);

        var (code, review) = await SendAsync(admin, "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", Review, [.. headers, .. headers.Length == 1 ? [] : Attributes]);

        Assert.That(code, Is.EqualTo(201));
        JsonNode info = review["status"]!["userInfo"]!;
        Assert.That((string?)info["username"], Is.EqualTo(user));
        Assert.That(info["groups"]!.AsArray().Select(g => (string?)g), Is.EqualTo(groups));
        if (headers.Length == 1) return;
        Assert.That((string?)info["uid"], Is.EqualTo("7"));
        Assert.That(info["extra"]!["scopes/x"]!.AsArray().Select(g => (string?)g), Is.EqualTo(new[] { "1", "2" }));
    }

    [Test]
    public async Task Groups_without_a_user_are_a_bad_request()
    {
        await using var server = await InMemoryApiServer.StartAsync();
        using var admin = new TestClient(server);

        var (code, status) = await SendAsync(admin, "GET", Pods, null, [("Impersonate-Group", "a"), ("Impersonate-Extra-K", "v")]);

        Assert.That((code, (string?)status["message"]), Is.EqualTo((400,
            """requested &user.DefaultInfo{Name:"", UID:"", Groups:[]string{"a"}, Extra:map[string][]string{"k":[]string{"v"}}} without impersonating a user name""")));
    }

    private static Task BindAsync(InMemoryApiServer server, params (string Group, string Resource, string Name, string Verb)[] rules) => BindAsync(server, "bob", rules);

    private static async Task BindAsync(InMemoryApiServer server, string user, params (string Group, string Resource, string Name, string Verb)[] rules)
    {
        IEnumerable<string> lines = rules.Select(r => $"- {{apiGroups: ['{r.Group}'], resources: ['{r.Resource}'], verbs: ['{r.Verb}']{(r.Name.Length > 0 ? $", resourceNames: ['{r.Name}']" : "")}}}");
        await server.ApplyYamlAsync($"""
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata:
              name: {user}-may
            rules:
            {string.Join("\n", lines.Append("- {apiGroups: [authentication.k8s.io], resources: [selfsubjectreviews], verbs: [create]}"))}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRoleBinding
            metadata:
              name: {user}-may
            roleRef:
              apiGroup: rbac.authorization.k8s.io
              kind: ClusterRole
              name: {user}-may
            subjects:
            - kind: User
              name: {user}
            """);
    }

    /// <summary>One header line for each pair: HTTP/1.1 by hand, since the client of .NET joins them.</summary>
    private static async Task<(int Code, JsonObject Body)> SendAsync(TestClient client, string method, string path, string? body, (string Name, string Value)[] headers)
    {
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(client.Http.BaseAddress!.Host, client.Http.BaseAddress.Port);
        await using var tls = new System.Net.Security.SslStream(socket.GetStream(), leaveInnerStreamOpen: true, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync("localhost");
        string head = $"{method} {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: {client.Http.DefaultRequestHeaders.Authorization}\r\nContent-Type: application/json\r\nContent-Length: {body?.Length ?? 0}\r\n"
            + string.Concat(headers.Select(h => $"{h.Name}: {h.Value}\r\n"));
        await tls.WriteAsync(System.Text.Encoding.UTF8.GetBytes(head + "\r\n" + body));
        using var reader = new StreamReader(tls);
        string answer = await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(1));
        string text = answer[answer.IndexOf('{', StringComparison.Ordinal)..(answer.LastIndexOf('}') + 1)];
        return (int.Parse(answer.Split(' ')[1]), JsonNode.Parse(text)!.AsObject());
    }
}
