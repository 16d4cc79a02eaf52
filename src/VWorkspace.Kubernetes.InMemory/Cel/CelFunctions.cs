using VWorkspace.Kubernetes.InMemory.Schemas;

namespace VWorkspace.Kubernetes.InMemory.Cel;

/// <summary>The functions: sizes, conversions, lists, sets, optionals, times; strings and the Kubernetes types have their own files.</summary>
internal static class CelFunctions
{
    /// <summary>Calls a function with evaluated arguments, the receiver first. False when nothing takes these arguments.</summary>
    public static bool TryCall(string function, object[] a, out object result)
    {
        var value = Basic(function, a) ?? CelStringFunctions.Call(function, a) ?? CelKubernetesFunctions.Call(function, a) ?? Time(function, a);
        result = value ?? CelError.NoSuchOverload;
        return value is not null;
    }

    private static object? Basic(string function, object[] a) => (function, a.Length) switch
    {
        ("size", 1) => a[0] switch { string s => CelStringFunctions.Length(s), byte[] b => (long)b.Length, CelList l => (long)l.Count, CelMap m => (long)m.Count, _ => null },
        ("int", 1) => CelConversions.ToInt(a[0]),
        ("uint", 1) => CelConversions.ToUint(a[0]),
        ("double", 1) => CelConversions.ToDouble(a[0]),
        ("string", 1) => CelConversions.ToText(a[0]),
        ("bytes", 1) => CelConversions.ToBytes(a[0]),
        ("bool", 1) => CelConversions.ToBool(a[0]),
        ("duration", 1) => CelConversions.ToDuration(a[0]),
        ("timestamp", 1) => CelConversions.ToTimestamp(a[0]),
        ("dyn", 1) => a[0],
        ("type", 1) => new CelTypeValue(CelText.TypeName(a[0])),
        ("isSorted", 1) when a[0] is CelList l => IsSorted(l),
        ("sum", 1) when a[0] is CelList l => Sum(l),
        ("min", 1) when a[0] is CelList l => Extreme(l, "min", -1),
        ("max", 1) when a[0] is CelList l => Extreme(l, "max", 1),
        ("indexOf", 2) when a[0] is CelList l => Position(l.Items().Select((v, i) => (v, i)), a[1]),
        ("lastIndexOf", 2) when a[0] is CelList l => Position(l.Items().Select((v, i) => (v, i)).Reverse(), a[1]),
        ("sets.contains", 2) when a[0] is CelList x && a[1] is CelList y => IsSubset(y, x),
        ("sets.equivalent", 2) when a[0] is CelList x && a[1] is CelList y => IsSubset(y, x) && IsSubset(x, y),
        ("sets.intersects", 2) when a[0] is CelList x && a[1] is CelList y => x.Items().Any(i => y.Items().Any(j => CelEquality.AreEqual(i, j))),
        ("optional.of", 1) => new CelOptional(a[0]),
        ("optional.ofNonZeroValue", 1) => IsZero(a[0]) ? CelOptional.None : new CelOptional(a[0]),
        ("optional.none", 0) => CelOptional.None,
        ("hasValue", 1) when a[0] is CelOptional o => o.Value is not null,
        ("value", 1) when a[0] is CelOptional o => o.Value ?? new CelError("optional.none() dereference"),
        _ => null,
    };

    private static bool IsZero(object value) => value is CelNull or false or 0L or 0UL or 0.0 or "" or byte[] { Length: 0 } or CelList { Count: 0 } or CelMap { Count: 0 };

    private static bool IsSubset(CelList part, CelList whole) => part.Items().All(i => whole.Items().Any(j => CelEquality.AreEqual(i, j)));

    private static object IsSorted(CelList list)
    {
        for (var i = 1; i < list.Count; i++)
        {
            if (!CelEquality.TryCompare(list[i - 1], list[i], out var order)) return CelError.NoSuchOverload;
            if (order > 0) return false;
        }

        return true;
    }

    private static object Sum(CelList list)
    {
        object? sum = null;
        foreach (var item in list.Items())
        {
            if (item is CelError) return item;
            sum = sum is null ? item : CelOperators.TryCall("_+_", [sum, item], out var next) ? next : CelError.NoSuchOverload;
            if (sum is CelError) return sum;
        }

        return sum ?? 0L;
    }

    private static object Extreme(CelList list, string name, int sign)
    {
        if (list.Count == 0) return new CelError($"{name} called on empty list");
        var best = list[0];
        foreach (var item in list.Items())
        {
            if (!CelEquality.TryCompare(item, best, out var order)) return item as CelError ?? CelError.NoSuchOverload;
            if (order * sign > 0) best = item;
        }

        return best;
    }

    private static object Position(IEnumerable<(object Value, int Index)> items, object wanted)
    {
        foreach (var (value, index) in items)
        {
            if (CelEquality.AreEqual(value, wanted)) return (long)index;
        }

        return -1L;
    }

    private static object? Time(string function, object[] a)
    {
        if (a.Length == 1 && a[0] is CelDuration duration)
        {
            return function switch
            {
                "getHours" => duration.Nanoseconds / (3600 * GoDuration.Second),
                "getMinutes" => duration.Nanoseconds / (60 * GoDuration.Second),
                "getSeconds" => duration.Nanoseconds / GoDuration.Second,
                "getMilliseconds" => duration.Nanoseconds / 1_000_000 % 1000,
                _ => null,
            };
        }

        if (a.Length is not (1 or 2) || a[0] is not CelTimestamp timestamp || !function.StartsWith("get", StringComparison.Ordinal)) return null;
        var time = timestamp.Value.ToUniversalTime();
        if (a.Length == 2)
        {
            if (a[1] is not string zone) return null;
            if (!TryZone(zone, time, out var offset)) return new CelError($"unknown time zone {zone}");
            time = time.ToOffset(offset);
        }

        return function switch
        {
            "getFullYear" => (long)time.Year,
            "getMonth" => time.Month - 1L,
            "getDate" => (long)time.Day,
            "getDayOfMonth" => time.Day - 1L,
            "getDayOfWeek" => (long)time.DayOfWeek,
            "getDayOfYear" => time.DayOfYear - 1L,
            "getHours" => (long)time.Hour,
            "getMinutes" => (long)time.Minute,
            "getSeconds" => (long)time.Second,
            "getMilliseconds" => (long)time.Millisecond,
            _ => null,
        };
    }

    private static bool TryZone(string zone, DateTimeOffset time, out TimeSpan offset)
    {
        var sign = zone.StartsWith('-') ? -1 : 1;
        if (TimeSpan.TryParseExact(zone.TrimStart('+', '-'), @"hh\:mm", System.Globalization.CultureInfo.InvariantCulture, out offset))
        {
            offset *= sign;
            return Math.Abs(offset.TotalHours) <= 14;
        }

        if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found)) return false;
        offset = found.GetUtcOffset(time);
        return true;
    }
}
