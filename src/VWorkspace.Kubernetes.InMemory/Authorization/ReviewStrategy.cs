using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.ManagedFields;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;

namespace VWorkspace.Kubernetes.InMemory.Authorization;

/// <summary>Reviews: posted, answered, never stored.</summary>
internal sealed class ReviewStrategy : ResourceStrategy
{
    private static readonly ManagedFields.MergeSchema Schema = MakeSchema();

    public override bool IsReview => true;

    public override ManagedFields.MergeSchema MergeSchema(ResourceType type) => Schema;

    private static ManagedFields.MergeSchema MakeSchema()
    {
        // A review's spec is a struct that is always there, so nobody owns it as such, only its members.
        var spec = new MergeField { Type = ManagedFields.MergeSchema.Deduced, Zero = new JsonObject() };
        var map = new MergeMap { Element = ManagedFields.MergeSchema.Deduced };
        map.Fields.Add("spec", spec);
        map.AlwaysPresent.Add(new("spec", spec));
        return new ManagedFields.MergeSchema { Map = map };
    }
}
