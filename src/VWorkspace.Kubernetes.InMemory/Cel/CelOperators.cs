using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Schemas;

namespace VWorkspace.Kubernetes.InMemory.Cel;

/// <summary>The operators that look at all their operands.</summary>
internal static class CelOperators
{
    public static bool TryCall(string function, object[] a, out object result)
    {
        result = function switch
        {
            "_==_" => CelEquality.AreEqual(a[0], a[1]),
            "_!=_" => !CelEquality.AreEqual(a[0], a[1]),
            "_<_" => Compare(a, o => o < 0),
            "_<=_" => Compare(a, o => o <= 0),
            "_>_" => Compare(a, o => o > 0),
            "_>=_" => Compare(a, o => o >= 0),
            "!_" => a[0] is bool b ? !b : CelError.NoSuchOverload,
            "-_" => a[0] switch { long l => l == long.MinValue ? CelError.IntegerOverflow : -l, double d => -d, _ => CelError.NoSuchOverload },
            "_+_" => Add(a[0], a[1]),
            "_-_" => Subtract(a[0], a[1]),
            "_*_" => Multiply(a[0], a[1]),
            "_/_" => Divide(a[0], a[1]),
            "_%_" => Modulo(a[0], a[1]),
            "@in" => In(a[0], a[1]),
            "_[_]" => Index(a[0], a[1], isOptional: false),
            "_[?_]" => Index(a[0], a[1], isOptional: true),
            _ => CelNull.Value,
        };
        return result is not CelNull;
    }

    private static object Compare(object[] a, Func<int, bool> holds)
    {
        if (CelEquality.TryCompare(a[0], a[1], out var order)) return holds(order);
        return a[0] is double && a[1] is double or long or ulong || a[1] is double && a[0] is long or ulong ? false : CelError.NoSuchOverload;
    }

    private static object Add(object x, object y)
    {
        switch (x, y)
        {
            case (long a, long b): return Checked(() => checked(a + b));
            case (ulong a, ulong b): return CheckedUnsigned(() => checked(a + b));
            case (double a, double b): return a + b;
            case (string a, string b): return a + b;
            case (byte[] a, byte[] b): return (byte[])[.. a, .. b];
            case (CelDuration a, CelDuration b): return Checked(() => new CelDuration(checked(a.Nanoseconds + b.Nanoseconds)));
            case (CelTimestamp a, CelDuration b): return Shift(a, b.Nanoseconds);
            case (CelDuration a, CelTimestamp b): return Shift(b, a.Nanoseconds);
            case (CelList a, CelList b): return Concatenate(a, b);
            default: return CelError.NoSuchOverload;
        }
    }

    /// <summary>Sets stay sets, and lists of map type replace the items whose keys they share.</summary>
    private static CelListValue Concatenate(CelList a, CelList b)
    {
        var items = a.Items().ToList();
        switch ((a as CelSchemaList)?.Schema.ListType)
        {
            case "set":
                items.AddRange(b.Items().Where(i => !items.Exists(j => CelEquality.AreEqual(i, j))).ToList());
                break;
            case "map" when a is CelSchemaList list:
                foreach (var item in b.Items())
                {
                    var index = item is CelSchemaObject o ? items.FindIndex(i => i is CelSchemaObject other && Correlation.ByKeys(list.Schema, Single(other), o.Json) is not null) : -1;
                    if (index < 0) items.Add(item);
                    else items[index] = item;
                }

                break;
            default:
                items.AddRange(b.Items());
                break;
        }

        return new CelListValue(items);

        static JsonArray Single(CelSchemaObject o) => [o.Json.DeepClone()];
    }

    private static object Subtract(object x, object y) => (x, y) switch
    {
        (long a, long b) => Checked(() => checked(a - b)),
        (ulong a, ulong b) => CheckedUnsigned(() => checked(a - b)),
        (double a, double b) => a - b,
        (CelDuration a, CelDuration b) => Checked(() => new CelDuration(checked(a.Nanoseconds - b.Nanoseconds))),
        (CelTimestamp a, CelTimestamp b) => Checked(() => new CelDuration(checked((a.Value - b.Value).Ticks * 100))),
        (CelTimestamp a, CelDuration b) => b.Nanoseconds == long.MinValue ? CelError.IntegerOverflow : Shift(a, -b.Nanoseconds),
        _ => CelError.NoSuchOverload,
    };

    private static object Multiply(object x, object y) => (x, y) switch
    {
        (long a, long b) => Checked(() => checked(a * b)),
        (ulong a, ulong b) => CheckedUnsigned(() => checked(a * b)),
        (double a, double b) => a * b,
        _ => CelError.NoSuchOverload,
    };

    private static object Divide(object x, object y) => (x, y) switch
    {
        (long, 0L) or (ulong, 0UL) => new CelError("division by zero"),
        (long.MinValue, -1L) => CelError.IntegerOverflow,
        (long a, long b) => a / b,
        (ulong a, ulong b) => a / b,
        (double a, double b) => a / b,
        _ => CelError.NoSuchOverload,
    };

    private static object Modulo(object x, object y) => (x, y) switch
    {
        (long, 0L) or (ulong, 0UL) => new CelError("modulus by zero"),
        (long.MinValue, -1L) => CelError.IntegerOverflow,
        (long a, long b) => a % b,
        (ulong a, ulong b) => a % b,
        _ => CelError.NoSuchOverload,
    };

    private static object In(object item, object container) => container switch
    {
        CelList list => list.Items().Any(i => CelEquality.AreEqual(i, item)),
        CelMap map => map.Find(item) is not null,
        _ => CelError.NoSuchOverload,
    };

    private static object Index(object container, object index, bool isOptional)
    {
        if (container is CelOptional optional)
        {
            if (optional.Value is null) return CelOptional.None;
            (container, isOptional) = (optional.Value, true);
        }

        object value;
        switch (container)
        {
            case CelMap map:
                value = map.Find(index) ?? CelError.NoSuchKey(index);
                break;
            case CelList list:
                var at = index switch { long l => l, ulong u when u <= long.MaxValue => (long)u, double d when d == Math.Truncate(d) => (long)d, _ => -2 };
                if (at == -2 && index is not long) return CelError.NoSuchOverload;
                value = at >= 0 && at < list.Count ? list[(int)at] : new CelError(FormattableString.Invariant($"index out of bounds: {at}"));
                break;
            default:
                return CelError.NoSuchOverload;
        }

        return !isOptional ? value : value is CelError ? CelOptional.None : new CelOptional(value);
    }

    private static object Shift(CelTimestamp timestamp, long nanoseconds)
    {
        var ticks = timestamp.Value.UtcTicks + (nanoseconds / 100);
        return ticks < DateTimeOffset.MinValue.UtcTicks || ticks > DateTimeOffset.MaxValue.UtcTicks
            ? new CelError("timestamp overflow")
            : new CelTimestamp(new DateTimeOffset(ticks, TimeSpan.Zero));
    }

    internal static object Checked<T>(Func<T> compute)
        where T : notnull
    {
        try
        {
            return compute();
        }
        catch (OverflowException)
        {
            return CelError.IntegerOverflow;
        }
    }

    private static object CheckedUnsigned(Func<ulong> compute)
    {
        try
        {
            return compute();
        }
        catch (OverflowException)
        {
            return CelError.UnsignedOverflow;
        }
    }
}
