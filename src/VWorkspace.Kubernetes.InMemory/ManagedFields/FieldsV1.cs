using System.Text.Json.Nodes;

namespace VWorkspace.Kubernetes.InMemory.ManagedFields;

/// <summary>The <c>FieldsV1</c> form of a <see cref="FieldSet"/>: nested objects, <c>.</c> marking a parent that is a member itself.</summary>
internal static class FieldsV1
{
    /// <summary>Writes a set; members stand in upstream's order.</summary>
    public static JsonObject Serialize(FieldSet set)
    {
        var result = new JsonObject();
        Append(result, set);
        return result;
    }

    /// <summary>
    /// Reads a set. Elements of unknown kinds are passed over. Throws <see cref="FormatException"/> or <see cref="System.Text.Json.JsonException"/>
    /// for malformed elements.
    /// </summary>
    public static FieldSet Parse(JsonObject fields)
    {
        var nodes = new List<FieldSet.Node>(fields.Count);
        foreach (var (text, value) in fields)
        {
            if (text == "." || !PathElement.TryParse(text, out var element))
            {
                continue;
            }

            if (value is not JsonObject below)
            {
                throw new FormatException("expected an object at " + text);
            }

            // An empty object stands for the element itself; so does "." beside its children.
            if (below.Count == 0)
            {
                nodes.Add(new FieldSet.Node(element, true, null));
                continue;
            }

            var isMember = below.ContainsKey(".");
            var children = Parse(below);
            if (children.IsEmpty)
            {
                if (isMember)
                {
                    nodes.Add(new FieldSet.Node(element, true, null));
                }
            }
            else
            {
                nodes.Add(new FieldSet.Node(element, isMember, children));
            }
        }

        return FieldSet.FromNodes(nodes);
    }

    private static void Append(JsonObject target, FieldSet set)
    {
        foreach (var node in set.Nodes)
        {
            var below = new JsonObject();
            if (node.Children is not null)
            {
                if (node.IsMember)
                {
                    below.Add(".", new JsonObject());
                }

                Append(below, node.Children);
            }

            target.Add(node.Element.Serialize(), below);
        }
    }
}
