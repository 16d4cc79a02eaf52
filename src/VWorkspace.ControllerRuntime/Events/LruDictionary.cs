using System.Diagnostics.CodeAnalysis;

namespace VWorkspace.ControllerRuntime;

/// <summary>A dictionary of bounded size that forgets what was used least recently. Not for concurrent use.</summary>
internal sealed class LruDictionary<TKey, TValue>(int capacity) where TKey : notnull
{
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> _nodes = [];
    private readonly LinkedList<(TKey Key, TValue Value)> _order = new();

    public int Count => _nodes.Count;

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        value = default;
        if (!_nodes.TryGetValue(key, out LinkedListNode<(TKey Key, TValue Value)>? node)) return false;
        _order.Remove(node);
        _order.AddFirst(node);
        value = node.Value.Value;
        return true;
    }

    public void Set(TKey key, TValue value)
    {
        if (_nodes.Remove(key, out LinkedListNode<(TKey Key, TValue Value)>? old)) _order.Remove(old);
        _nodes[key] = _order.AddFirst((key, value));
        if (_nodes.Count <= capacity) return;
        _nodes.Remove(_order.Last!.Value.Key);
        _order.RemoveLast();
    }

    public void Remove(TKey key)
    {
        if (_nodes.Remove(key, out LinkedListNode<(TKey Key, TValue Value)>? node)) _order.Remove(node);
    }
}
