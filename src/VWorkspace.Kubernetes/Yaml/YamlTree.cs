using System.Text.Json;

namespace VWorkspace.Kubernetes.Yaml;

/// <summary>A YAML node after composition. Aliases share the node of their anchor, so the tree is a graph without cycles.</summary>
internal abstract class YamlTree(long line, long column)
{
    /// <summary>How many nodes one document may have once its aliases are expanded: far above any manifest, far below what a hostile one could ask for.</summary>
    public const int NodeBudget = 4_000_000;

    public long Line { get; } = line;

    public long Column { get; } = column;

    public void WriteTo(Utf8JsonWriter writer, ref int budget)
    {
        if (--budget < 0) throw new KubernetesYamlException(Line, Column, "the document is too large once its aliases are expanded");
        Write(writer, ref budget);
    }

    protected abstract void Write(Utf8JsonWriter writer, ref int budget);
}

internal sealed class YamlScalarNode(long line, long column, YamlScalar value) : YamlTree(line, column)
{
    public YamlScalar Value { get; } = value;

    protected override void Write(Utf8JsonWriter writer, ref int budget)
    {
        switch (Value.Kind)
        {
            case YamlScalarKind.Null: writer.WriteNullValue(); break;
            case YamlScalarKind.Boolean: writer.WriteBooleanValue(Value.Text == "true"); break;
            case YamlScalarKind.Number: writer.WriteRawValue(Value.Text, skipInputValidation: true); break;
            case YamlScalarKind.NotFinite: throw new KubernetesYamlException(Line, Column, $"{Value.Text} has no JSON equivalent");
            default: writer.WriteStringValue(Value.Text); break;
        }
    }
}

internal sealed class YamlSequenceNode(long line, long column) : YamlTree(line, column)
{
    public List<YamlTree> Items { get; } = [];

    protected override void Write(Utf8JsonWriter writer, ref int budget)
    {
        writer.WriteStartArray();
        foreach (var item in Items) item.WriteTo(writer, ref budget);
        writer.WriteEndArray();
    }
}

internal sealed class YamlMappingNode(long line, long column) : YamlTree(line, column)
{
    private readonly List<KeyValuePair<string, YamlTree>> _entries = [];
    private readonly Dictionary<string, bool> _merged = new(StringComparer.Ordinal);

    /// <summary>Adds an entry written in this mapping. False when the key is already written here; an entry that only came by a merge is replaced.</summary>
    public bool TryAdd(string key, YamlTree value)
    {
        if (_merged.TryGetValue(key, out var wasMerged))
        {
            if (!wasMerged) return false;
            _entries[_entries.FindIndex(e => string.Equals(e.Key, key, StringComparison.Ordinal))] = new(key, value);
            _merged[key] = false;
            return true;
        }

        _merged[key] = false;
        _entries.Add(new(key, value));
        return true;
    }

    /// <summary>Takes over the entries of a merged mapping (<c>&lt;&lt;</c>) that are not here yet: what is written here, and what was merged earlier, wins.</summary>
    public void Merge(YamlMappingNode other)
    {
        foreach (var entry in other._entries)
        {
            if (_merged.TryAdd(entry.Key, true)) _entries.Add(entry);
        }
    }

    protected override void Write(Utf8JsonWriter writer, ref int budget)
    {
        writer.WriteStartObject();
        foreach (var (key, value) in _entries)
        {
            writer.WritePropertyName(key);
            value.WriteTo(writer, ref budget);
        }

        writer.WriteEndObject();
    }
}
