using System.Collections.Frozen;

namespace VWorkspace.Kubernetes.InMemory.Cel;

/// <summary>A signature: parameter types (the receiver first for a method) and the result type.</summary>
internal sealed record CelOverload(bool IsMethod, IReadOnlyList<CelType> Parameters, CelType Result);

/// <summary>
/// The signatures of all operators and functions that Kubernetes 1.36 offers to CRD rules, written the way the messages write types.
/// A, B and T are type parameters.
/// </summary>
internal static class CelDeclarations
{
    private const string Text = """
        !_ (bool) bool
        -_ (int) int | (double) double
        _&&_ (bool, bool) bool
        _||_ (bool, bool) bool
        _?_:_ (bool, A, A) A
        _==_ (A, A) bool
        _!=_ (A, A) bool
        _+_ (int, int) int | (uint, uint) uint | (double, double) double | (string, string) string | (bytes, bytes) bytes | (list(A), list(A)) list(A)
        _+_ (timestamp, duration) timestamp | (duration, timestamp) timestamp | (duration, duration) duration
        _-_ (int, int) int | (uint, uint) uint | (double, double) double | (timestamp, timestamp) duration | (timestamp, duration) timestamp | (duration, duration) duration
        _*_ (int, int) int | (uint, uint) uint | (double, double) double
        _/_ (int, int) int | (uint, uint) uint | (double, double) double
        _%_ (int, int) int | (uint, uint) uint
        @in (A, list(A)) bool | (A, map(A, B)) bool
        _[_] (list(A), int) A | (map(A, B), A) B | (optional(list(A)), int) optional(A) | (optional(map(A, B)), A) optional(B)
        _[?_] (list(A), int) optional(A) | (map(A, B), A) optional(B) | (optional(list(A)), int) optional(A) | (optional(map(A, B)), A) optional(B)
        size (string) int | (bytes) int | (list(A)) int | (map(A, B)) int | string.() int | bytes.() int | list(A).() int | map(A, B).() int
        int (int) int | (uint) int | (double) int | (string) int | (timestamp) int | (duration) int
        uint (uint) uint | (int) uint | (double) uint | (string) uint
        double (double) double | (int) double | (uint) double | (string) double
        string (string) string | (bool) string | (int) string | (uint) string | (double) string | (bytes) string | (timestamp) string | (duration) string
        bytes (bytes) bytes | (string) bytes
        bool (bool) bool | (string) bool
        timestamp (timestamp) timestamp | (string) timestamp | (int) timestamp
        duration (duration) duration | (string) duration | (int) duration
        dyn (A) dyn
        type (A) type(A)
        contains string.(string) bool
        startsWith string.(string) bool
        endsWith string.(string) bool
        matches (string, string) bool | string.(string) bool
        charAt string.(int) string
        indexOf string.(string) int | string.(string, int) int | list(A).(A) int
        lastIndexOf string.(string) int | string.(string, int) int | list(A).(A) int
        join list(string).() string | list(string).(string) string
        lowerAscii string.() string
        upperAscii string.() string
        replace string.(string, string) string | string.(string, string, int) string
        split string.(string) list(string) | string.(string, int) list(string)
        substring string.(int) string | string.(int, int) string
        trim string.() string
        reverse string.() string
        format string.(list(dyn)) string
        strings.quote (string) string
        isSorted list(T).() bool
        sum list(int).() int | list(uint).() uint | list(double).() double | list(duration).() duration
        min list(T).() T
        max list(T).() T
        find string.(string) string
        findAll string.(string) list(string) | string.(string, int) list(string)
        url (string) kubernetes.URL
        isURL (string) bool
        getScheme kubernetes.URL.() string
        getHost kubernetes.URL.() string
        getHostname kubernetes.URL.() string
        getPort kubernetes.URL.() string
        getEscapedPath kubernetes.URL.() string
        getQuery kubernetes.URL.() map(string, list(string))
        ip (string) net.IP | net.CIDR.() net.IP
        isIP (string) bool
        ip.isCanonical (string) bool
        family net.IP.() int
        isUnspecified net.IP.() bool
        isLoopback net.IP.() bool
        isLinkLocalMulticast net.IP.() bool
        isLinkLocalUnicast net.IP.() bool
        isGlobalUnicast net.IP.() bool
        cidr (string) net.CIDR
        isCIDR (string) bool
        containsIP net.CIDR.(net.IP) bool | net.CIDR.(string) bool
        containsCIDR net.CIDR.(net.CIDR) bool | net.CIDR.(string) bool
        prefixLength net.CIDR.() int
        masked net.CIDR.() net.CIDR
        quantity (string) kubernetes.Quantity
        isQuantity (string) bool
        sign kubernetes.Quantity.() int
        isInteger kubernetes.Quantity.() bool
        asInteger kubernetes.Quantity.() int
        asApproximateFloat kubernetes.Quantity.() double
        isGreaterThan kubernetes.Quantity.(kubernetes.Quantity) bool
        isLessThan kubernetes.Quantity.(kubernetes.Quantity) bool
        compareTo kubernetes.Quantity.(kubernetes.Quantity) int
        add kubernetes.Quantity.(kubernetes.Quantity) kubernetes.Quantity | kubernetes.Quantity.(int) kubernetes.Quantity
        sub kubernetes.Quantity.(kubernetes.Quantity) kubernetes.Quantity | kubernetes.Quantity.(int) kubernetes.Quantity
        semver (string) kubernetes.Semver | (string, bool) kubernetes.Semver
        isSemver (string) bool | (string, bool) bool
        major kubernetes.Semver.() int
        minor kubernetes.Semver.() int
        patch kubernetes.Semver.() int
        isGreaterThan kubernetes.Semver.(kubernetes.Semver) bool
        isLessThan kubernetes.Semver.(kubernetes.Semver) bool
        compareTo kubernetes.Semver.(kubernetes.Semver) int
        format.named (string) optional(kubernetes.NamedFormat)
        format.dns1123Label () kubernetes.NamedFormat
        format.dns1123Subdomain () kubernetes.NamedFormat
        format.dns1035Label () kubernetes.NamedFormat
        format.uri () kubernetes.NamedFormat
        format.uuid () kubernetes.NamedFormat
        format.byte () kubernetes.NamedFormat
        format.date () kubernetes.NamedFormat
        format.datetime () kubernetes.NamedFormat
        validate kubernetes.NamedFormat.(string) optional(list(string))
        sets.contains (list(T), list(T)) bool
        sets.equivalent (list(T), list(T)) bool
        sets.intersects (list(T), list(T)) bool
        optional.of (A) optional(A)
        optional.ofNonZeroValue (A) optional(A)
        optional.none () optional(A)
        value optional(A).() A
        hasValue optional(A).() bool
        or optional(A).(optional(A)) optional(A)
        orValue optional(A).(A) A
        getFullYear timestamp.() int | timestamp.(string) int
        getMonth timestamp.() int | timestamp.(string) int
        getDate timestamp.() int | timestamp.(string) int
        getDayOfMonth timestamp.() int | timestamp.(string) int
        getDayOfWeek timestamp.() int | timestamp.(string) int
        getDayOfYear timestamp.() int | timestamp.(string) int
        getHours timestamp.() int | timestamp.(string) int | duration.() int
        getMinutes timestamp.() int | timestamp.(string) int | duration.() int
        getSeconds timestamp.() int | timestamp.(string) int | duration.() int
        getMilliseconds timestamp.() int | timestamp.(string) int | duration.() int
        """;

    private static readonly FrozenDictionary<string, CelOverload[]> s_functions = Read();

    public static bool IsFunction(string name) => s_functions.ContainsKey(name);

    public static IReadOnlyList<CelOverload> Overloads(string name) => s_functions.TryGetValue(name, out var overloads) ? overloads : [];

    private static FrozenDictionary<string, CelOverload[]> Read()
    {
        var table = new Dictionary<string, List<CelOverload>>(StringComparer.Ordinal);
        foreach (var line in Text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            Add(line[..space], line[(space + 1)..].Split('|', StringSplitOptions.TrimEntries).Select(s => new SignatureReader(s).Read()));
        }

        string[] numbers = ["int", "uint", "double"];
        foreach (var relation in (string[])["_<_", "_<=_", "_>_", "_>=_"])
        {
            var pairs = numbers.SelectMany(a => numbers, (a, b) => (a, b)).Concat(((string[])["bool", "string", "bytes", "timestamp", "duration"]).Select(t => (a: t, b: t)));
            Add(relation, pairs.Select(p => new CelOverload(false, [SignatureReader.Simple(p.a), SignatureReader.Simple(p.b)], CelType.Bool)));
        }

        return table.ToFrozenDictionary(e => e.Key, e => e.Value.ToArray(), StringComparer.Ordinal);

        void Add(string name, IEnumerable<CelOverload> overloads)
        {
            if (!table.TryGetValue(name, out var list)) table[name] = list = [];
            list.AddRange(overloads);
        }
    }

    /// <summary>Reads <c>(a, b) r</c> and <c>t.(a) r</c>.</summary>
    private sealed class SignatureReader(string text)
    {
        private int _at;

        public CelOverload Read()
        {
            var parameters = new List<CelType>();
            var isMethod = text[0] != '(';
            if (isMethod)
            {
                parameters.Add(Type());
                _at++;
            }

            _at++;
            while (text[_at] != ')')
            {
                parameters.Add(Type());
                if (text[_at] == ',') _at += 2;
            }

            _at += 2;
            return new(isMethod, parameters, Type());
        }

        public static CelType Simple(string name) => name switch
        {
            "dyn" => CelType.Dyn,
            "bool" => CelType.Bool,
            "int" => CelType.Int,
            "uint" => CelType.Uint,
            "double" => CelType.Double,
            "string" => CelType.String,
            "bytes" => CelType.Bytes,
            "duration" => CelType.Duration,
            "timestamp" => CelType.Timestamp,
            "A" or "B" or "T" => CelType.Parameter(name),
            _ => CelType.Simple(name),
        };

        private CelType Type()
        {
            var start = _at;
            while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || (text[_at] == '.' && text[_at + 1] != '('))) _at++;
            var name = text[start.._at];
            if (_at >= text.Length || text[_at] != '(') return Simple(name);
            _at++;
            var first = Type();
            CelType? second = null;
            if (text[_at] == ',')
            {
                _at += 2;
                second = Type();
            }

            _at++;
            return name switch
            {
                "list" => CelType.List(first),
                "map" => CelType.Map(first, second!),
                "type" => CelType.TypeOf(first),
                _ => CelType.Optional(first),
            };
        }
    }
}
