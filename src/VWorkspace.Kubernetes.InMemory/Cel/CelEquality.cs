using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Schemas;

namespace VWorkspace.Kubernetes.InMemory.Cel;

/// <summary>Equality and order of runtime values. Numbers of different types are compared by value; sets and map lists without regard to order.</summary>
internal static class CelEquality
{
    public static bool AreEqual(object a, object b)
    {
        switch (a, b)
        {
            case (CelList x, CelList y): return AreListsEqual(x, y);
            case (CelMap x, CelMap y): return AreMapsEqual(x, y);
            case (CelSchemaObject x, CelSchemaObject y): return AreObjectsEqual(x.Schema, x.Json, y.Json);
            case (byte[] x, byte[] y): return x.AsSpan().SequenceEqual(y);
            case (CelOptional x, CelOptional y): return x.Value is null || y.Value is null ? x.Value is null && y.Value is null : AreEqual(x.Value, y.Value);
        }

        return TryCompare(a, b, out var order) ? order == 0 : a.Equals(b);
    }

    /// <summary>Compares two values that have an order. False when they have none, or when one is not a number.</summary>
    public static bool TryCompare(object a, object b, out int order)
    {
        order = 0;
        switch (a, b)
        {
            case (bool x, bool y): order = x.CompareTo(y); return true;
            case (long x, long y): order = x.CompareTo(y); return true;
            case (ulong x, ulong y): order = x.CompareTo(y); return true;
            case (long x, ulong y): order = x < 0 ? -1 : ((ulong)x).CompareTo(y); return true;
            case (ulong x, long y): order = y < 0 ? 1 : x.CompareTo((ulong)y); return true;
            case (double x, double y): return CompareDoubles(x, y, out order);
            case (double x, long y): return CompareDoubles(x, y, out order);
            case (double x, ulong y): return CompareDoubles(x, y, out order);
            case (long x, double y): return CompareDoubles(x, y, out order);
            case (ulong x, double y): return CompareDoubles(x, y, out order);
            case (string x, string y): order = CompareText(x, y); return true;
            case (byte[] x, byte[] y): order = x.AsSpan().SequenceCompareTo(y); return true;
            case (CelDuration x, CelDuration y): order = x.Nanoseconds.CompareTo(y.Nanoseconds); return true;
            case (CelTimestamp x, CelTimestamp y): order = x.Value.CompareTo(y.Value); return true;
            default: return false;
        }
    }

    private static bool CompareDoubles(double x, double y, out int order)
    {
        order = x.CompareTo(y);
        return !double.IsNaN(x) && !double.IsNaN(y);
    }

    /// <summary>Go compares strings by bytes, which is the order of code points and not of UTF-16 units.</summary>
    private static int CompareText(string x, string y)
    {
        using var a = x.EnumerateRunes().GetEnumerator();
        using var b = y.EnumerateRunes().GetEnumerator();
        while (true)
        {
            var (left, right) = (a.MoveNext(), b.MoveNext());
            if (!left || !right) return left.CompareTo(right);
            if (a.Current != b.Current) return a.Current.CompareTo(b.Current);
        }
    }

    private static bool AreListsEqual(CelList x, CelList y)
    {
        if (x.Count != y.Count) return false;
        var type = (x as CelSchemaList)?.Schema ?? (y as CelSchemaList)?.Schema;
        if (type is { ListType: "set" }) return x.Items().All(i => y.Items().Any(j => AreEqual(i, j)));
        if (type is { ListType: "map" } && x is CelSchemaList a && y is CelSchemaList b) return AreNodesEqual(type, a.Json, b.Json);
        for (var i = 0; i < x.Count; i++)
        {
            if (!AreEqual(x[i], y[i])) return false;
        }

        return true;
    }

    private static bool AreMapsEqual(CelMap x, CelMap y)
    {
        if (x.Count != y.Count) return false;
        foreach (var key in x.Keys)
        {
            if (y.Find(key) is not { } other || !AreEqual(x.Find(key)!, other)) return false;
        }

        return true;
    }

    private static bool AreObjectsEqual(StructuralSchema? schema, JsonObject a, JsonObject b)
    {
        if (a.Count != b.Count) return false;
        foreach (var (name, value) in a)
        {
            if (!b.TryGetPropertyValue(name, out var other) || !AreNodesEqual(schema?.Member(name), value, other)) return false;
        }

        return true;
    }

    private static bool AreNodesEqual(StructuralSchema? schema, JsonNode? a, JsonNode? b)
    {
        switch (a, b)
        {
            case (JsonObject x, JsonObject y): return AreObjectsEqual(schema, x, y);
            case (JsonArray x, JsonArray y):
                if (x.Count != y.Count) return false;
                if (schema is { ListType: "set" }) return x.All(i => y.Any(j => AreNodesEqual(schema.Items, i, j)));
                if (schema is { ListType: "map" }) return x.All(i => Correlation.ByKeys(schema, y, i) is { } other && AreNodesEqual(schema.Items, i, other));
                return x.Zip(y).All(p => AreNodesEqual(schema?.Items, p.First, p.Second));
            default: return JsonNode.DeepEquals(a, b);
        }
    }
}
