using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Tables;
using static VWorkspace.Kubernetes.InMemory.Builtins.Columns.ColumnCells;

namespace VWorkspace.Kubernetes.InMemory.Builtins.Columns;

/// <summary>Services, endpoints, ingresses and policies of the network.</summary>
internal static class NetworkColumns
{
    public static Dictionary<string, IReadOnlyList<TableColumn>> All { get; } = new(StringComparer.Ordinal)
    {
        ["services"] =
        [
            Name, Text("Type", o => o["spec"].Text("type")), Text("Cluster-IP", o => Or(o["spec"].Text("clusterIP"))), Text("External-IP", ExternalAddress),
            Text("Port(s)", o => Or(string.Join(',', (o["spec"].Items("ports") ?? []).Select(Port)))), Age, Text("Selector", o => Labels(o["spec"].Child("selector")), 1),
        ],
        ["endpoints"] = [Name, Text("Endpoints", Endpoints), Age],
        ["endpointslices.discovery.k8s.io"] =
        [
            Name, Text("AddressType", o => o.Text("addressType")), Text("Ports", o => Some([.. (o.Items("ports") ?? []).Select(p => p.Number("port") is { } number ? Invariant(number) : "*")], Unset)),
            Text("Endpoints", o => Some([.. (o.Items("endpoints") ?? []).SelectMany(e => e.Items("addresses").Texts())], Unset)), Age,
        ],
        ["ingresses.networking.k8s.io"] =
        [
            Name, Text("Class", o => Or(o["spec"].Text("ingressClassName"))), Text("Hosts", o => Some([.. (o["spec"].Items("rules") ?? []).Select(r => r.Text("host")).OfType<string>().Where(h => h.Length > 0)], "*")),
            Text("Address", o => string.Join(',', Balancers(o))), Text("Ports", o => o["spec"].Items("tls") is { Count: > 0 } ? "80, 443" : "80"), Age,
        ],
        ["ingressclasses.networking.k8s.io"] = [Name, Text("Controller", o => o["spec"].Text("controller")), Text("Parameters", Parameters), Age],
        ["networkpolicies.networking.k8s.io"] = [Name, Text("Pod-Selector", o => Selector(o["spec"].Child("podSelector"))), Age],
    };

    private static string Port(JsonNode? port) => port.Number("nodePort") is > 0 and var node
        ? string.Create(CultureInfo.InvariantCulture, $"{port.Number("port")}:{node}/{port.Text("protocol")}") : string.Create(CultureInfo.InvariantCulture, $"{port.Number("port")}/{port.Text("protocol")}");

    private static IEnumerable<string> Balancers(JsonObject o) =>
        (o["status"].Child("loadBalancer").Items("ingress") ?? []).Select(i => i.Text("ip") is { Length: > 0 } ip ? ip : i.Text("hostname")).OfType<string>().Order(StringComparer.Ordinal).Distinct(StringComparer.Ordinal);

    private static string ExternalAddress(JsonObject service)
    {
        var fixedAddresses = service["spec"].Items("externalIPs").Texts();
        return service["spec"].Text("type") switch
        {
            "ExternalName" => service["spec"].Text("externalName") ?? "",
            "LoadBalancer" => Or(string.Join(',', Balancers(service).Concat(fixedAddresses)), "<pending>"),
            _ => Or(string.Join(',', fixedAddresses)),
        };
    }

    private static string Endpoints(JsonObject endpoints)
    {
        var all = from subset in endpoints.Items("subsets") ?? []
                  from port in subset.Items("ports") ?? []
                  from address in subset.Items("addresses") ?? []
                  let ip = address.Text("ip") ?? ""
                  select (ip.Contains(':', StringComparison.Ordinal) ? $"[{ip}]" : ip) + ":" + Invariant(port.Number("port"));
        return Some([.. all]);
    }

    private static string Parameters(JsonObject ingressClass)
    {
        if (ingressClass["spec"].Child("parameters") is not { } parameters) return None;
        var group = parameters.Text("apiGroup") is { Length: > 0 } named ? "." + named : "";
        return $"{parameters.Text("kind")}{group}/{parameters.Text("name")}";
    }
}
