using System.Text;

namespace VWorkspace.Kubernetes.InMemory.Hosting;

/// <summary>Writes kubeconfig files.</summary>
internal static class KubeconfigText
{
    public static string Build(Uri server, string caPem, string token, string context) =>
        $"""
        apiVersion: v1
        kind: Config
        clusters:
        - name: {context}
          cluster:
            server: {server.GetLeftPart(UriPartial.Authority)}
            certificate-authority-data: {Convert.ToBase64String(Encoding.UTF8.GetBytes(caPem))}
        users:
        - name: {context}
          user:
            token: {token}
        contexts:
        - name: {context}
          context:
            cluster: {context}
            user: {context}
        current-context: {context}

        """;
}
