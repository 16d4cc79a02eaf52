namespace VWorkspace.Kubernetes.InMemory.ManagedFields;

/// <summary>Collects what does not fit a schema, with paths (structured-merge-diff <c>typed.ValidationErrors</c>).</summary>
internal sealed class TypedErrors
{
    private readonly List<string> messages = [];
    private readonly List<PathElement> path = [];

    /// <summary>True when nothing was found.</summary>
    public bool IsEmpty => messages.Count == 0;

    /// <summary>Goes one element down.</summary>
    public void Descend(PathElement element) => path.Add(element);

    /// <summary>Goes one element up.</summary>
    public void Ascend() => path.RemoveAt(path.Count - 1);

    /// <summary>Notes a fault at the current path.</summary>
    public void Add(string message) => messages.Add(path.Count == 0 ? message : string.Concat(path.Select(p => p.ToString())) + ": " + message);

    /// <summary>One fault stands alone; several are listed under a heading.</summary>
    public override string ToString() => messages.Count == 1 ? messages[0] : "errors:\n  " + string.Join("\n  ", messages);
}
