// The package's README shows this file from the marker on; ReadmeTests compares the two and runs it.
// README-BEGIN
using VWorkspace.Kubernetes;
using VWorkspace.Kubernetes.InMemory;

namespace Example;

public static class Sample
{
    public static async Task<string> RunAsync()
    {
        // A real API server as far as any client can tell: HTTPS, its own CA, a bearer token, a kubeconfig.
        await using InMemoryApiServer server = await InMemoryApiServer.StartAsync();
        await server.InstallCrdYamlAsync("""
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: gadgets.example.com}
            spec:
              group: example.com
              scope: Namespaced
              names: {kind: Gadget, plural: gadgets}
              versions:
              - name: v1
                served: true
                storage: true
                schema:
                  openAPIV3Schema:
                    type: object
                    properties:
                      spec: {type: object, properties: {size: {type: integer, default: 3, maximum: 9}}}
            """);

        // Arrange by YAML, through the same defaulting, validation and field ownership as a request.
        await server.ApplyYamlAsync("""
            apiVersion: example.com/v1
            kind: Gadget
            metadata: {name: red, namespace: default}
            spec: {}
            """);

        // The second answer to a list of gadgets is lost on its way; the client under test has to cope.
        server.Faults.Add(new RequestMatch { Verb = "list", Resource = "gadgets", Skip = 1, Times = 1 }, new Fault.CutBeforeResponse());

        // Act with whatever you test; here with a client that reads the kubeconfig.
        string kubeconfig = Path.GetTempFileName();
        await server.WriteKubeconfigAsync(kubeconfig);
        await using var client = new KubernetesClient(KubernetesClientConfiguration.Load(kubeconfig));
        KubernetesResource<DynamicObject> gadgets = DynamicObject.Resource(new("example.com", "v1", "Gadget"), "gadgets");
        for (int i = 0; i < 2; i++) await client.ListAsync(gadgets, "default", new ListOptions(), CancellationToken.None);
        File.Delete(kubeconfig);

        // Assert on objects and on requests.
        int size = server.Get("example.com/v1", "Gadget", "default", "red")["spec"]!["size"]!.GetValue<int>();
        int lists = server.Requests.Count(r => r is { Verb: "list", Resource: "gadgets" });
        return $"size {size} by default, {lists} lists";
    }
}
