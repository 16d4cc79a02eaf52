namespace VWorkspace.Kubernetes.InMemory.Tests;

[TestFixture]
public sealed class AccessTests
{
    [Test]
    public async Task User_without_rights_is_forbidden_in_upstreams_words()
    {
        await using var server = await InMemoryApiServer.StartAsync();
        using var client = new TestClient(server, server.AddUser("jane", "devs"));
        var (code, status) = await client.JsonAsync("GET", "/api/v1/namespaces/default/pods");
        Assert.That(code, Is.EqualTo(403));
        Assert.That((string?)status["message"], Is.EqualTo("pods is forbidden: User \"jane\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\""));
    }

    [Test]
    public async Task Rule_for_one_name_allows_to_list_and_watch_that_name_and_nothing_else()
    {
        await using var server = await InMemoryApiServer.StartAsync();
        await server.ApplyYamlAsync("""
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: one}
            rules: [{apiGroups: [""], resources: [configmaps], resourceNames: [mine], verbs: [list, watch]}]
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: one}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: one}
            subjects: [{kind: User, name: jane, apiGroup: rbac.authorization.k8s.io}]
            """);
        using var client = new TestClient(server, server.AddUser("jane", "devs"));
        const string Maps = "/api/v1/namespaces/default/configmaps";
        using (Assert.EnterMultipleScope())
        {
            Assert.That((await client.JsonAsync("GET", Maps + "?fieldSelector=metadata.name%3Dmine")).Code, Is.EqualTo(200));
            Assert.That((await client.JsonAsync("GET", Maps + "?fieldSelector=metadata.name%3Dyours")).Code, Is.EqualTo(403));
            Assert.That((await client.JsonAsync("GET", Maps + "?fieldSelector=metadata.name%21%3Dmine")).Code, Is.EqualTo(403));
            Assert.That((await client.JsonAsync("GET", Maps)).Code, Is.EqualTo(403));
            Assert.That((await client.JsonAsync("GET", Maps + "/mine")).Code, Is.EqualTo(403), "get was not granted");
        }
    }

    [Test]
    public async Task Service_account_token_carries_the_rights_of_its_role_bindings()
    {
        await using var server = await InMemoryApiServer.StartAsync();
        await server.ApplyYamlAsync("""
            apiVersion: v1
            kind: ServiceAccount
            metadata: {name: reader}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: read}
            rules: [{apiGroups: [""], resources: [configmaps], verbs: [get, list]}]
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: read}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: read}
            subjects: [{kind: ServiceAccount, name: reader, namespace: default}]
            """);
        using var admin = new TestClient(server);
        var (created, request) = await admin.JsonAsync("POST", "/api/v1/namespaces/default/serviceaccounts/reader/token", """{"spec":{"expirationSeconds":3600}}""");
        Assert.That(created, Is.EqualTo(201));
        using var client = new TestClient(server, (string)request["status"]!["token"]!);
        Assert.That((await client.JsonAsync("GET", "/api/v1/namespaces/default/configmaps")).Code, Is.EqualTo(200));
        Assert.That((await client.JsonAsync("GET", "/api/v1/namespaces/kube-system/configmaps")).Code, Is.EqualTo(403));
        Assert.That((await client.JsonAsync("GET", "/api/v1/namespaces/default/secrets")).Code, Is.EqualTo(403));

        var (_, review) = await client.JsonAsync("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            """{"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":{"resourceAttributes":{"namespace":"default","verb":"get","resource":"configmaps"}}}""");
        Assert.That((bool?)review["status"]!["allowed"], Is.True);

        await server.DeleteAsync("v1", "ServiceAccount", "default", "reader");
        Assert.That((await client.JsonAsync("GET", "/api/v1/namespaces/default/configmaps")).Code, Is.EqualTo(401), "a token dies with its account");
    }

    [Test]
    public async Task Aggregated_role_has_the_rules_of_the_roles_it_selects()
    {
        await using var server = await InMemoryApiServer.StartAsync();
        await server.ApplyYamlAsync("""
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRoleBinding
            metadata: {name: jane-views}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
            subjects: [{kind: User, name: jane}]
            """);
        using var client = new TestClient(server, server.AddUser("jane"));
        Assert.That((await client.JsonAsync("GET", "/api/v1/namespaces/default/configmaps")).Code, Is.EqualTo(200));
        Assert.That((await client.JsonAsync("GET", "/api/v1/namespaces/default/secrets")).Code, Is.EqualTo(403));
        Assert.That((await client.JsonAsync("POST", "/api/v1/namespaces/default/configmaps", TestData.ConfigMap("a").ToJsonString())).Code, Is.EqualTo(403));
    }
}
