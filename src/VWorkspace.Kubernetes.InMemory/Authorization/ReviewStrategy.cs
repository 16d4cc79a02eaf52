using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.ManagedFields;
using VWorkspace.Kubernetes.InMemory.Rest;

namespace VWorkspace.Kubernetes.InMemory.Authorization;

/// <summary>Reviews: posted, answered, never stored.</summary>
internal sealed class ReviewStrategy : ResourceStrategy
{
    private static readonly MergeSchema Schema = MakeSchema();

    public override bool IsReview => true;

    public override MergeSchema MergeSchema => Schema;

    private static MergeSchema MakeSchema()
    {
        // A review's spec is a struct that is always there, so nobody owns it as such, only its members.
        var spec = new MergeField { Type = MergeSchema.Deduced, Zero = new JsonObject() };
        var map = new MergeMap { Element = MergeSchema.Deduced };
        map.Fields.Add("spec", spec);
        map.AlwaysPresent.Add(new("spec", spec));
        return new MergeSchema { Map = map };
    }
}
