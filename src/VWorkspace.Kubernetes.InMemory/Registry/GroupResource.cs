namespace VWorkspace.Kubernetes.InMemory.Registry;

/// <summary>A group and a resource (or kind), printed as upstream prints them: <c>widgets.demo.example.com</c>, <c>configmaps</c>.</summary>
internal readonly record struct GroupResource(string Group, string Resource)
{
    /// <inheritdoc/>
    public override string ToString() => Group.Length == 0 ? Resource : Resource + "." + Group;
}
