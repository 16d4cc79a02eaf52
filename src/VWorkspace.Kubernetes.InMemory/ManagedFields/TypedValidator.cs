using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.ManagedFields;

/// <summary>Checks that an object has the shape of its schema (structured-merge-diff <c>typed/validate.go</c>).</summary>
internal static class TypedValidator
{
    /// <summary>The faults as one text; null when there is none. Repeated items of sets and list-maps are faults unless they are allowed.</summary>
    public static string? Check(JsonObject value, MergeSchema schema, bool allowDuplicates)
    {
        var errors = new TypedErrors();
        Visit(TypedNode.Of(value), schema, allowDuplicates, errors);
        return errors.IsEmpty ? null : errors.ToString();
    }

    private static void Visit(TypedNode value, MergeSchema schema, bool allowDuplicates, TypedErrors errors)
    {
        switch (value.ShapeIn(schema))
        {
            case AtomShape.Map:
                VisitMap(value, schema.Map!, allowDuplicates, errors);
                break;
            case AtomShape.List:
                VisitList(value, schema.List!, allowDuplicates, errors);
                break;
            case AtomShape.Scalar:
                if (value.ScalarError(schema.Scalar) is { } error)
                {
                    errors.Add(error);
                }

                break;
        }
    }

    private static void VisitMap(TypedNode value, MergeMap type, bool allowDuplicates, TypedErrors errors)
    {
        if (value.AsMap is not { } map)
        {
            if (value.Node is not null)
            {
                errors.Add("expected map, got &{" + GoPrint.Display(value.Node) + "}");
            }

            return;
        }

        foreach (var (name, node) in map)
        {
            var element = PathElement.Field(name);
            errors.Descend(element);
            if (type.TypeOf(name) is { } field)
            {
                Visit(TypedNode.Of(node), field, allowDuplicates, errors);
                errors.Ascend();
            }
            else
            {
                // Upstream stops at the first field that is not declared.
                errors.Add("field not declared in schema");
                errors.Ascend();
                return;
            }
        }
    }

    private static void VisitList(TypedNode value, MergeList type, bool allowDuplicates, TypedErrors errors)
    {
        if (value.AsList is not { } list)
        {
            if (value.Node is not null)
            {
                errors.Add("expected list, got &{" + GoPrint.Display(value.Node) + "}");
            }

            return;
        }

        var seen = type.Relationship == ListRelationship.Atomic ? null : new HashSet<PathElement>(list.Count);
        for (var i = 0; i < list.Count; i++)
        {
            var element = PathElement.At(i);
            if (seen is not null)
            {
                if (!ListKeys.TryGet(type, list[i], out element, out var error))
                {
                    errors.Add(string.Create(CultureInfo.InvariantCulture, $"element {i}: {error}"));
                    return;
                }

                if (!seen.Add(element) && !allowDuplicates)
                {
                    errors.Add("duplicate entries for key " + element);
                }
            }

            errors.Descend(element);
            Visit(TypedNode.Of(list[i]), type.Element, allowDuplicates, errors);
            errors.Ascend();
        }
    }
}
