using System.Text;

namespace VWorkspace.Kubernetes.InMemory.ManagedFields;

/// <summary>
/// An immutable set of field paths, a tree of ordered elements (structured-merge-diff <c>fieldpath.Set</c>). A parent of a member is not a member
/// unless it was added itself. Operations merge ordered lists: linear in the size of the operands, with unchanged branches shared.
/// </summary>
internal sealed class FieldSet : IEquatable<FieldSet>
{
    /// <summary>The set without members.</summary>
    public static readonly FieldSet Empty = new([]);

    private readonly Node[] nodes;

    private FieldSet(Node[] nodes) => this.nodes = nodes;

    /// <summary>One element: a member, a parent of members, or both.</summary>
    internal readonly record struct Node(PathElement Element, bool IsMember, FieldSet? Children);

    /// <summary>True when there is no member.</summary>
    public bool IsEmpty => nodes.Length == 0;

    /// <summary>The elements of this level, in order.</summary>
    internal ReadOnlySpan<Node> Nodes => nodes;

    /// <summary>A set of the paths given.</summary>
    public static FieldSet Of(params IEnumerable<PathElement[]> paths)
    {
        var set = Empty;
        foreach (var path in paths)
        {
            if (path.Length > 0)
            {
                set = set.Union(Single(path));
            }
        }

        return set;
    }

    /// <summary>A set of paths made of field names only.</summary>
    public static FieldSet OfFields(params IEnumerable<string[]> paths) => Of(paths.Select(p => Array.ConvertAll(p, PathElement.Field)));

    /// <summary>Makes a set of nodes that need not be in order; the list is consumed.</summary>
    internal static FieldSet FromNodes(List<Node> unordered)
    {
        if (unordered.Count == 0)
        {
            return Empty;
        }

        var ordered = true;
        for (var i = 1; i < unordered.Count && ordered; i++)
        {
            ordered = unordered[i - 1].Element.CompareTo(unordered[i].Element) < 0;
        }

        if (ordered)
        {
            return new FieldSet([.. unordered]);
        }

        unordered.Sort(static (a, b) => a.Element.CompareTo(b.Element));
        var merged = new List<Node>(unordered.Count);
        foreach (var node in unordered)
        {
            if (merged.Count > 0 && merged[^1].Element.Equals(node.Element))
            {
                merged[^1] = Join(merged[^1], node);
            }
            else
            {
                merged.Add(node);
            }
        }

        return new FieldSet([.. merged]);
    }

    /// <summary>What is in either set.</summary>
    public FieldSet Union(FieldSet other)
    {
        if (IsEmpty || ReferenceEquals(this, other))
        {
            return other;
        }

        if (other.IsEmpty)
        {
            return this;
        }

        var result = new List<Node>(nodes.Length + other.nodes.Length);
        int i = 0, j = 0;
        while (i < nodes.Length && j < other.nodes.Length)
        {
            var order = nodes[i].Element.CompareTo(other.nodes[j].Element);
            result.Add(order == 0 ? Join(nodes[i++], other.nodes[j++]) : order < 0 ? nodes[i++] : other.nodes[j++]);
        }

        result.AddRange(nodes.AsSpan(i));
        result.AddRange(other.nodes.AsSpan(j));
        return new FieldSet([.. result]);
    }

    /// <summary>What is in both sets.</summary>
    public FieldSet Intersect(FieldSet other)
    {
        var result = new List<Node>();
        int i = 0, j = 0;
        while (i < nodes.Length && j < other.nodes.Length)
        {
            var order = nodes[i].Element.CompareTo(other.nodes[j].Element);
            if (order == 0)
            {
                var (a, b) = (nodes[i++], other.nodes[j++]);
                AddUnlessEmpty(result, a.Element, a.IsMember && b.IsMember, a.Children is null || b.Children is null ? null : a.Children.Intersect(b.Children));
            }
            else if (order < 0)
            {
                i++;
            }
            else
            {
                j++;
            }
        }

        return result.Count == 0 ? Empty : new FieldSet([.. result]);
    }

    /// <summary>What is in this set and not in the other. A parent in the other does not take its children along.</summary>
    public FieldSet Except(FieldSet other) => Except(other, recursive: false);

    /// <summary>Like <see cref="Except(FieldSet)"/>, but a member of the other takes everything below it along.</summary>
    public FieldSet ExceptRecursive(FieldSet other) => Except(other, recursive: true);

    /// <summary>True when the path itself is a member.</summary>
    public bool Contains(params ReadOnlySpan<PathElement> path)
    {
        var set = this;
        for (var i = 0; i < path.Length; i++)
        {
            var at = set.IndexOf(path[i]);
            if (at < 0)
            {
                return false;
            }

            if (i == path.Length - 1)
            {
                return set.nodes[at].IsMember;
            }

            if (set.nodes[at].Children is not { } children)
            {
                return false;
            }

            set = children;
        }

        return false;
    }

    /// <summary>The paths below an element, or the empty set.</summary>
    public FieldSet Below(PathElement element)
    {
        var at = IndexOf(element);
        return at < 0 ? Empty : nodes[at].Children ?? Empty;
    }

    /// <summary>Whether an element of this level is a member, and what is below it.</summary>
    internal bool TryFind(PathElement element, out Node node)
    {
        var at = IndexOf(element);
        node = at < 0 ? default : nodes[at];
        return at >= 0;
    }

    /// <summary>All members as message paths, in upstream's order: at each level first the members, then what is below them.</summary>
    public IEnumerable<string> Paths() => Paths(string.Empty);

    /// <summary>Counts the members.</summary>
    public int Count()
    {
        var count = 0;
        foreach (var node in nodes)
        {
            count += (node.IsMember ? 1 : 0) + (node.Children?.Count() ?? 0);
        }

        return count;
    }

    /// <inheritdoc/>
    public bool Equals(FieldSet? other)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }

        if (other is null || nodes.Length != other.nodes.Length)
        {
            return false;
        }

        for (var i = 0; i < nodes.Length; i++)
        {
            if (nodes[i].IsMember != other.nodes[i].IsMember
                || !nodes[i].Element.Equals(other.nodes[i].Element)
                || !(nodes[i].Children ?? Empty).Equals(other.nodes[i].Children ?? Empty))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as FieldSet);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var node in nodes)
        {
            hash.Add(node.Element);
        }

        return hash.ToHashCode();
    }

    /// <summary>One path a line.</summary>
    public override string ToString() => new StringBuilder().AppendJoin('\n', Paths()).ToString();

    private static FieldSet Single(ReadOnlySpan<PathElement> path)
    {
        FieldSet? below = null;
        for (var i = path.Length - 1; i >= 0; i--)
        {
            below = new FieldSet([new Node(path[i], i == path.Length - 1, below)]);
        }

        return below ?? Empty;
    }

    private static Node Join(Node a, Node b) => new(
        a.Element,
        a.IsMember || b.IsMember,
        a.Children is null ? b.Children : b.Children is null ? a.Children : a.Children.Union(b.Children));

    private static void AddUnlessEmpty(List<Node> target, PathElement element, bool isMember, FieldSet? children)
    {
        if (children is { IsEmpty: true })
        {
            children = null;
        }

        if (isMember || children is not null)
        {
            target.Add(new Node(element, isMember, children));
        }
    }

    private FieldSet Except(FieldSet other, bool recursive)
    {
        if (IsEmpty || other.IsEmpty)
        {
            return this;
        }

        var result = new List<Node>(nodes.Length);
        int i = 0, j = 0;
        while (i < nodes.Length && j < other.nodes.Length)
        {
            var order = nodes[i].Element.CompareTo(other.nodes[j].Element);
            if (order < 0)
            {
                result.Add(nodes[i++]);
            }
            else if (order > 0)
            {
                j++;
            }
            else
            {
                var (a, b) = (nodes[i++], other.nodes[j++]);
                if (!(recursive && b.IsMember))
                {
                    AddUnlessEmpty(result, a.Element, a.IsMember && !b.IsMember, b.Children is null ? a.Children : a.Children?.Except(b.Children, recursive));
                }
            }
        }

        result.AddRange(nodes.AsSpan(i));
        return result.Count == 0 ? Empty : new FieldSet([.. result]);
    }

    private int IndexOf(PathElement element)
    {
        int low = 0, high = nodes.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = nodes[middle].Element.CompareTo(element);
            if (order == 0)
            {
                return middle;
            }

            if (order < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return -1;
    }

    private IEnumerable<string> Paths(string prefix)
    {
        foreach (var node in nodes)
        {
            if (node.IsMember)
            {
                yield return prefix + node.Element;
            }
        }

        foreach (var node in nodes)
        {
            if (node.Children is null)
            {
                continue;
            }

            foreach (var path in node.Children.Paths(prefix + node.Element))
            {
                yield return path;
            }
        }
    }
}
