using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;

namespace VWorkspace.Kubernetes.InMemory.Crds;

/// <summary>The served resources of a CustomResourceDefinition.</summary>
internal static class CustomResourceTypes
{
    private static readonly string[] Verbs = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];

    public static string StorageKeyOf(JsonObject crd) => new GroupResource(crd["spec"].Text("group") ?? "", crd["spec"].Child("names").Text("plural") ?? "").ToString();

    public static IReadOnlyList<ResourceType> Build(JsonObject crd, long epoch)
    {
        var spec = crd["spec"];
        var names = spec.Child("names");
        var kind = names.Text("kind") ?? "";
        var types = new List<ResourceType>();
        foreach (var version in (spec.Items("versions") ?? []).OfType<JsonObject>())
        {
            if (version.Flag("served") != true) continue;
            var strategy = new CustomResourceStrategy(version, epoch);
            var subresources = new List<Subresource>();
            if (strategy.HasStatus) subresources.Add(new Subresource("status", ResourceType.StatusVerbs));
            if (version["subresources"].Child("scale") is not null) subresources.Add(new Subresource("scale", ResourceType.StatusVerbs, "autoscaling", "v1", "Scale"));
            types.Add(new ResourceType
            {
                Group = spec.Text("group") ?? "",
                Version = version.Text("name") ?? "",
                Plural = names.Text("plural") ?? "",
                Singular = names.Text("singular") is { Length: > 0 } singular ? singular : kind.ToLowerInvariant(),
                Kind = kind,
                ListKind = names.Text("listKind") is { Length: > 0 } listKind ? listKind : kind + "List",
                Namespaced = spec.Text("scope") == "Namespaced",
                ShortNames = names.Items("shortNames").Texts(),
                Categories = names.Items("categories").Texts(),
                Verbs = Verbs,
                Subresources = subresources,
                Strategy = strategy,
                IsCustom = true,
                StorageKey = StorageKeyOf(crd),
            });
        }

        return types;
    }
}
