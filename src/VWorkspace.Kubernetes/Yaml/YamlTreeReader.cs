using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace VWorkspace.Kubernetes.Yaml;

/// <summary>Composes the parser's events into trees: resolves scalars, anchors, aliases and merge keys, and refuses duplicate keys.</summary>
internal sealed class YamlTreeReader(TextReader reader)
{
    private const string TagPrefix = "tag:yaml.org,2002:";

    private readonly Parser _parser = new(reader);
    private readonly Dictionary<AnchorName, YamlTree?> _anchors = [];

    public IEnumerable<YamlTree> ReadDocuments()
    {
        while (true)
        {
            var next = Next();
            switch (next)
            {
                case null or StreamEnd: yield break;
                case StreamStart or DocumentStart or DocumentEnd: _anchors.Clear(); break;
                default: yield return Read(next, depth: 0); break;
            }
        }
    }

    private ParsingEvent? Next()
    {
        try
        {
            return _parser.MoveNext() ? _parser.Current : null;
        }
        catch (YamlException e)
        {
            // The parser's messages repeat the position and never the text.
            throw new KubernetesYamlException(e.Start.Line, e.Start.Column, LowerFirst(e.Message), e);
        }
    }

    private ParsingEvent Require() => Next() ?? throw new KubernetesYamlException(1, 1, "unexpected end of the text");

    private YamlTree Read(ParsingEvent current, int depth)
    {
        var (line, column) = (current.Start.Line, current.Start.Column);
        if (depth >= KubernetesYaml.MaxDepth) throw new KubernetesYamlException(line, column, $"nested deeper than {KubernetesYaml.MaxDepth} levels");
        switch (current)
        {
            case AnchorAlias alias:
                if (!_anchors.TryGetValue(alias.Value, out var target)) throw new KubernetesYamlException(line, column, "an anchor that is not known is referenced; put text that starts with '*' in quotes");
                return target ?? throw new KubernetesYamlException(line, column, "the value of an anchor contains itself");
            case Scalar scalar:
                var node = new YamlScalarNode(line, column, ResolveScalar(scalar));
                Remember(scalar.Anchor, node);
                return node;
            case SequenceStart start:
                Remember(start.Anchor, null);
                var sequence = new YamlSequenceNode(line, column);
                for (var e = Require(); e is not SequenceEnd; e = Require()) sequence.Items.Add(Read(e, depth + 1));
                Remember(start.Anchor, sequence);
                return sequence;
            case MappingStart start:
                Remember(start.Anchor, null);
                var mapping = new YamlMappingNode(line, column);
                for (var e = Require(); e is not MappingEnd; e = Require()) ReadEntry(mapping, e, depth);
                Remember(start.Anchor, mapping);
                return mapping;
            default:
                throw new KubernetesYamlException(line, column, $"unexpected {current.GetType().Name}");
        }
    }

    private void ReadEntry(YamlMappingNode mapping, ParsingEvent keyEvent, int depth)
    {
        var key = Read(keyEvent, depth + 1);
        var value = Read(Require(), depth + 1);
        if (key is not YamlScalarNode { Value: var scalar }) throw new KubernetesYamlException(key.Line, key.Column, "a mapping key must be a scalar");
        switch (scalar.Kind)
        {
            case YamlScalarKind.Merge:
                Merge(mapping, value);
                return;
            case YamlScalarKind.Null or YamlScalarKind.NotFinite:
                throw new KubernetesYamlException(key.Line, key.Column, "a mapping key must be a string, a number or a boolean");
        }

        if (!mapping.TryAdd(scalar.Text, value))
        {
            throw new KubernetesYamlException(keyEvent.Start.Line, keyEvent.Start.Column, $"key \"{scalar.Text}\" already set in map");
        }
    }

    private static void Merge(YamlMappingNode mapping, YamlTree value)
    {
        switch (value)
        {
            case YamlMappingNode other:
                mapping.Merge(other);
                return;
            case YamlSequenceNode sequence when sequence.Items.TrueForAll(i => i is YamlMappingNode):
                foreach (var item in sequence.Items) mapping.Merge((YamlMappingNode)item);
                return;
            default:
                throw new KubernetesYamlException(value.Line, value.Column, "map merge requires map or sequence of maps as the value");
        }
    }

    private static YamlScalar ResolveScalar(Scalar scalar)
    {
        if (scalar.Tag.IsEmpty) return scalar.Style == ScalarStyle.Plain ? YamlScalar.Resolve(scalar.Value) : YamlScalar.String(scalar.Value);
        var tag = scalar.Tag.Value;
        if (!tag.StartsWith(TagPrefix, StringComparison.Ordinal)) return YamlScalar.String(scalar.Value);
        var resolved = YamlScalar.Resolve(scalar.Value);
        var expected = tag[TagPrefix.Length..] switch
        {
            "bool" => YamlScalarKind.Boolean,
            "int" or "float" => YamlScalarKind.Number,
            "null" => YamlScalarKind.Null,
            _ => YamlScalarKind.String,
        };
        if (expected == YamlScalarKind.String) return YamlScalar.String(scalar.Value);
        return resolved.Kind == expected
            ? resolved
            : throw new KubernetesYamlException(scalar.Start.Line, scalar.Start.Column, $"cannot decode the value as a !!{tag[TagPrefix.Length..]}");
    }

    private void Remember(AnchorName anchor, YamlTree? node)
    {
        if (!anchor.IsEmpty) _anchors[anchor] = node;
    }

    private static string LowerFirst(string text) => text.Length == 0 ? "cannot be parsed" : char.ToLowerInvariant(text[0]) + text[1..].TrimEnd('.');
}
