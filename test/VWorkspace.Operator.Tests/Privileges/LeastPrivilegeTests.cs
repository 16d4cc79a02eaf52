using System.Net;
using System.Text.Json.Nodes;
using VWorkspace.Apps;
using VWorkspace.Kubernetes.InMemory;
using VWorkspace.Kubernetes.Yaml;
using VWorkspace.Operator.Hosting;
using VWorkspace.Operator.Tests.Docs;
using VWorkspace.Operator.Tests.Hosting;
using VWorkspace.Operator.Tests.Webhooks;

namespace VWorkspace.Operator.Tests.Privileges;

/// <summary>
/// The operator under the ServiceAccount and the roles that are shipped, and nothing else, through everything that it does: no request is refused, and no
/// right is left that nobody uses.
/// </summary>
public sealed class LeastPrivilegeTests
{
    private const string Account = "system:serviceaccount:vworkspace-system:vworkspace-app-operator";

    // Rights that these scenarios cannot show.
    private static readonly Dictionary<string, string> UnusedForAReason = new(StringComparer.Ordinal)
    {
        ["apps.vworkspace.io/applicationinstances/finalizers update"] = "asked of the server's own admission of owner references, never by a request",
        ["apps.vworkspace.io/applicationinstances get"] = "after a conflict",
    };

    [Test]
    public async Task Shipped_roles_are_enough_for_everything_and_none_of_their_rights_is_idle()
    {
        await using PrivilegeWorld world = await PrivilegeWorld.StartAsync();
        await using OperatorUnderTest manager = await world.StartOperatorAsync(webhooks: true);
        await Http.UntilAsync(await manager.HealthAsync(), "/readyz", HttpStatusCode.OK);
        IPEndPoint webhooks = await manager.WebhooksAsync();

        // A registry, values from a ConfigMap, everything that readiness can wait for; then another version, then a chart repository that lacks the chart for a while.
        await world.ApplyAsync("{apiVersion: v1, kind: ConfigMap, metadata: {name: values, namespace: org-myteam}, data: {v: 'replicas: 1'}}");
        await world.ApplyAsync("{apiVersion: v1, kind: Secret, metadata: {name: values, namespace: org-myteam}, stringData: {v: 'replicas: 2'}}");
        await world.ApplyAsync(PrivilegeWorld.Instance("wiki", "oci", "configMapRef"));
        await world.ExistsAsync("HelmRelease", "wiki");
        await world.ApplyAsync("{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: wiki, namespace: org-myteam, labels: {app.kubernetes.io/instance: wiki}}, spec: {rules: [{host: wiki.example.com}]}}");
        await world.ApplyAsync("{apiVersion: cert-manager.io/v1, kind: Certificate, metadata: {name: wiki, namespace: org-myteam, labels: {app.kubernetes.io/instance: wiki}}, spec: {}}");
        await world.ApplyAsync("{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: wiki, namespace: org-myteam, labels: {app.kubernetes.io/instance: wiki}}, spec: {}}");
        await world.FluxAsync("wiki", "OCIRepository");
        await world.ShowsAsync("wiki", "Ready", "WaitingForSecret");
        await world.StatusAsync("external-secrets.io/v1", "ExternalSecret", "wiki", "Ready", "True", "SecretSynced");
        await world.ShowsAsync("wiki", "Ready", "WaitingForCertificate");
        await world.StatusAsync("cert-manager.io/v1", "Certificate", "wiki", "Ready", "True", "Ready");
        await world.ShowsAsync("wiki", "Ready", "HelmReleaseReady");
        await world.ApplyAsync(PrivilegeWorld.Instance("wiki", "helm", "secretRef"));
        await world.ExistsAsync("HelmRepository", "wiki-source");
        await world.StatusAsync("source.toolkit.fluxcd.io/v1", "HelmRepository", "wiki-source", "Ready", "True", "Succeeded");
        await world.StatusAsync("helm.toolkit.fluxcd.io/v2", "HelmRelease", "wiki", "Ready", "False", "SourceNotReady");
        await world.ShowsAsync("wiki", "Ready", "Reconciling");
        await world.FluxAsync("wiki", "HelmRepository");
        await world.ShowsAsync("wiki", "Ready", "HelmReleaseReady");
        await world.GoneAsync("source.toolkit.fluxcd.io/v1", "OCIRepository", "wiki-source");

        // The policy of the catalog, and Events that repeat themselves.
        await world.ApplyAsync($"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {CatalogPolicy.ConfigMapName}, namespace: vworkspace-system}}\ndata:\n  policy.yaml: |\n    version: 1\n    entries: [{{catalogId: wiki, approvalRequired: true}}]\n");
        for (int i = 0; i < 2; i++)
        {
            await world.ShowsAsync("wiki", "Blocked", "AwaitingApproval");
            await world.ApplyAsync($"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {CatalogPolicy.ConfigMapName}, namespace: vworkspace-system}}\ndata:\n  policy.yaml: |\n    version: 1\n    entries: [{{catalogId: wiki, approvalRequired: {(i == 0 ? "false" : "true")}}}]\n");
            await world.ShowsAsync("wiki", "Blocked", i == 0 ? "Unblocked" : "AwaitingApproval");
            await world.ApplyAsync($"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {CatalogPolicy.ConfigMapName}, namespace: vworkspace-system}}\ndata:\n  policy.yaml: |\n    version: 1\n    entries: [{{catalogId: wiki, approvalRequired: {(i == 0 ? "true" : "false")}}}]\n");
        }

        await world.ShowsAsync("wiki", "Blocked", "Unblocked");

        // Admission reads the namespace of an object through when it is new.
        JsonObject review = await WebhookCalls.ReviewAsync(webhooks, InstanceWebhooks.ValidatePath, KubernetesYaml.ParseObject(PrivilegeWorld.Instance("other", "oci", "inline")));
        Assert.That((bool?)review["allowed"], Is.False, "its namespace is not that of the request, and that is not managed");

        // One is deleted with its release, one keeps it.
        await world.ApplyAsync(PrivilegeWorld.Instance("kept", "oci", "inline"));
        await world.ExistsAsync("HelmRelease", "kept");
        await world.FluxAsync("kept", "OCIRepository");
        await world.ShowsAsync("kept", "Ready", "HelmReleaseReady");
        await world.PatchAsync("kept", json => json["metadata"]!["annotations"] = new JsonObject { ["apps.vworkspace.io/reconcile"] = "disabled" });
        await world.ShowsAsync("kept", "Suspended", "ReconcilePaused");
        foreach (string name in new[] { "wiki", "kept" })
        {
            await world.Server.DeleteAsync("apps.vworkspace.io/v1alpha1", "ApplicationInstance", PrivilegeWorld.Namespace, name);
            await world.GoneAsync("apps.vworkspace.io/v1alpha1", "ApplicationInstance", name);
        }

        Assert.That(await world.Server.WaitForAsync("helm.toolkit.fluxcd.io/v2", "HelmRelease", PrivilegeWorld.Namespace, "kept", found => found is not null), Is.Not.Null);
        // The server notes a watch when it ends.
        Assert.That(await manager.StopAsync(), Is.EqualTo(ExitCode.Success));
        IReadOnlyList<RequestRecord> requests = [.. world.Server.Requests.Where(r => r.User == Account)];
        string[] refused = [.. requests.Where(r => r.StatusCode == 403).Select(r => $"{r.Verb} {r.Path}").Distinct(StringComparer.Ordinal)];
        HashSet<string> used = [.. requests.Where(r => r.Resource.Length > 0).SelectMany(Rights)];
        string[] idle = [.. PrivilegeWorld.Granted().Where(right => !used.Contains(right) && !UnusedForAReason.ContainsKey(right))];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(requests, Has.Count.GreaterThan(50));
            Assert.That(refused, Is.Empty, "refused");
            Assert.That(idle, Is.Empty, "granted and never used");
            Assert.That(requests.Where(r => r.Resource is "secrets" && r.Verb is not "get"), Is.Empty);
            Assert.That(requests.Where(r => r is { Resource: "helmreleases" or "ocirepositories" or "helmrepositories" or "ingresses" or "certificates" or "externalsecrets" or "configmaps" or "secrets", Namespace: "" }), Is.Empty, "nothing of that is asked for in the whole cluster");
        }
    }

    [Test]
    public async Task Namespace_is_watched_from_its_label_on_and_left_alone_without_it()
    {
        await using PrivilegeWorld world = await PrivilegeWorld.StartAsync();
        await using OperatorUnderTest manager = await world.StartOperatorAsync();
        await world.ApplyAsync(PrivilegeWorld.Instance("wiki", "oci", "inline"));
        await world.ExistsAsync("HelmRelease", "wiki");
        await world.FluxAsync("wiki", "OCIRepository");
        await world.ShowsAsync("wiki", "Ready", "HelmReleaseReady");
        // The label and the binding go: the watches close, and nothing in the namespace is asked for again.
        await world.UnmanageAsync();
        await world.ShowsAsync("wiki", "Blocked", "PolicyDenied");
        await PrivilegeWorld.UntilAsync(() => world.EndedWatches().Count() >= 3, "the watches are closed");
        Assert.That(world.EndedWatches().Order(StringComparer.Ordinal), Is.EqualTo(new[] { "helmreleases", "ingresses", "ocirepositories" }), "kinds that no instance needs were not watched");
        await world.StatusAsync("helm.toolkit.fluxcd.io/v2", "HelmRelease", "wiki", "Ready", "False", "UpgradeFailed");

        // The binding comes a while after the label: refusals in between are no errors, and what happened meanwhile is seen.
        await world.LabelAsync(managed: true);
        await PrivilegeWorld.UntilAsync(() => world.Server.Requests.Any(r => r is { StatusCode: 403, Verb: "watch", Resource: "helmreleases" }), "it is too early");
        await world.BindAsync();
        await world.ShowsAsync("wiki", "Blocked", "Unblocked");
        await world.ShowsAsync("wiki", "Ready", "HelmReleaseFailed");
        Assert.That(manager.Records.Where(r => (string?)r["msg"] == "failed to list"), Is.Empty, "a namespace that is not bound yet is no error of a watch");
    }

    private static IEnumerable<string> Rights(RequestRecord request)
    {
        string what = $"{request.Group}/{(request.Subresource.Length > 0 ? $"{request.Resource}/{request.Subresource}" : request.Resource)}";
        yield return $"{what} {request.Verb}";
        // An apply that makes the object needs the right to create it.
        if (request is { Verb: "patch", StatusCode: 201 }) yield return $"{what} create";
        // Servers that do not stream initial lists are asked for pages.
        if (request is { Verb: "watch" } && request.Query.Contains("sendInitialEvents=true", StringComparison.Ordinal)) yield return $"{what} list";
    }
}
