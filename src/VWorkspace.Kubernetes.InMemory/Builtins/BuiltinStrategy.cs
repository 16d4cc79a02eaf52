using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;
using VWorkspace.Kubernetes.InMemory.Tables;

namespace VWorkspace.Kubernetes.InMemory.Builtins;

/// <summary>A built-in kind: what the common code needs to know about it.</summary>
internal class BuiltinStrategy : ResourceStrategy
{
    public bool Status { get; init; }

    public bool Generation { get; init; }

    public bool CreateOnUpdate { get; init; }

    public bool UnconditionalUpdate { get; init; } = true;

    public bool ReturnsObject { get; init; }

    public Func<string, IReadOnlyList<string>> Names { get; init; } = NameRules.Subdomain;

    public IReadOnlyList<string> Selectable { get; init; } = [];

    public IReadOnlyList<TableColumn> Table { get; init; } = TableBuilder.Default;

    public override bool HasStatus => Status;

    public override bool TracksGeneration => Generation;

    public override bool AllowCreateOnUpdate => CreateOnUpdate;

    public override bool AllowUnconditionalUpdate => UnconditionalUpdate;

    public override bool ReturnsDeletedObject => ReturnsObject;

    public override Func<string, IReadOnlyList<string>> NameRule => Names;

    public override IReadOnlyList<string> SelectableFields => Selectable;

    public override IReadOnlyList<TableColumn> Columns(ResourceType type) => Table;
}
