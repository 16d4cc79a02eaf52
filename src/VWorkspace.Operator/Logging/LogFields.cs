using Microsoft.Extensions.Logging;

namespace VWorkspace.Operator.Logging;

/// <summary>
/// The fields of one record: its own and those of the scopes around it, flattened, each name once. What is nearer wins: the record over its
/// scopes, an inner scope over an outer one.
/// </summary>
internal sealed class LogFields
{
    private const string OriginalFormat = "{OriginalFormat}";
    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal) { "level", "ts", "msg", "logger", "cluster_id", "org_id", "operator_version", "stacktrace" };

    private readonly List<KeyValuePair<string, object?>> _fields = [];
    private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);

    /// <summary>Constant text of the call site; null when the record has none of its own.</summary>
    public string? Message { get; private set; }

    /// <summary>The fields, scopes first.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> All => _fields;

    /// <summary>Collects the fields of a record.</summary>
    public void Collect<TState>(TState state, IExternalScopeProvider? scopes)
    {
        _fields.Clear();
        _index.Clear();
        Message = null;
        scopes?.ForEachScope(static (scope, fields) => fields.Add(scope, isScope: true), this);
        Add(state, isScope: false);
    }

    private void Add(object? source, bool isScope)
    {
        if (source is not IEnumerable<KeyValuePair<string, object?>> pairs) return;
        foreach ((string name, object? value) in pairs)
        {
            if (name == OriginalFormat)
            {
                if (!isScope) Message = value as string;
                continue;
            }
            string field = LogText.Field(name);
            if (Reserved.Contains(field)) field += "_";
            if (_index.TryGetValue(field, out int at)) _fields[at] = new(field, value);
            else
            {
                _index.Add(field, _fields.Count);
                _fields.Add(new(field, value));
            }
        }
    }
}
