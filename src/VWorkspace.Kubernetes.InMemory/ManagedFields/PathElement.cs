using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.ManagedFields;

/// <summary>The sort of a <see cref="PathElement"/>; the order of the members is the order of elements in a set.</summary>
internal enum PathElementKind : byte
{
    /// <summary><c>f:name</c>, a field of an object.</summary>
    Field,

    /// <summary><c>k:{...}</c>, the item of a list-map with these keys.</summary>
    Key,

    /// <summary><c>v:value</c>, the item of a set.</summary>
    Value,

    /// <summary><c>i:n</c>, an index.</summary>
    Index,
}

/// <summary>One key of a list-map item.</summary>
internal readonly record struct PathKey(string Name, PathValue Value);

/// <summary>One step of a field path (structured-merge-diff <c>fieldpath.PathElement</c>). Immutable and ordered.</summary>
internal readonly struct PathElement : IComparable<PathElement>, IEquatable<PathElement>
{
    private readonly string? name;
    private readonly PathKey[]? keys;
    private readonly PathValue value;
    private readonly int index;

    private PathElement(PathElementKind kind, string? name, PathKey[]? keys, PathValue value, int index)
    {
        Kind = kind;
        this.name = name;
        this.keys = keys;
        this.value = value;
        this.index = index;
    }

    /// <summary>The sort of this element.</summary>
    public PathElementKind Kind { get; }

    /// <summary>The field's name; only of a <see cref="PathElementKind.Field"/>.</summary>
    public string FieldName => name ?? string.Empty;

    /// <summary>A field.</summary>
    public static PathElement Field(string name) => new(PathElementKind.Field, name, null, default, 0);

    /// <summary>A list-map item; the keys are put in order of their names.</summary>
    public static PathElement Key(params PathKey[] parts)
    {
        if (parts.Length > 1)
        {
            Array.Sort(parts, static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        }

        return new(PathElementKind.Key, null, parts, default, 0);
    }

    /// <summary>A set item.</summary>
    public static PathElement Item(PathValue value) => new(PathElementKind.Value, null, null, value, 0);

    /// <summary>A position.</summary>
    public static PathElement At(int index) => new(PathElementKind.Index, null, null, default, index);

    /// <summary>
    /// Parses the serialised form (<c>f:</c>, <c>k:</c>, <c>v:</c>, <c>i:</c>). False for a kind that is unknown, which readers pass over.
    /// Throws <see cref="FormatException"/> or <see cref="JsonException"/> for text that is malformed.
    /// </summary>
    public static bool TryParse(string text, out PathElement element)
    {
        element = default;
        if (text.Length < 2)
        {
            throw new FormatException("key must be 2 characters long: " + text);
        }

        if (text[1] != ':')
        {
            throw new FormatException("missing colon: " + text);
        }

        switch (text[0])
        {
            case 'f':
                element = Field(text[2..]);
                return true;
            case 'v':
                element = Item(PathValue.Parse(text[2..]));
                return true;
            case 'k':
                if (JsonNode.Parse(text[2..]) is not JsonObject map)
                {
                    throw new FormatException("key is no object: " + text);
                }

                var parsed = new PathKey[map.Count];
                var i = 0;
                foreach (var (key, keyValue) in map)
                {
                    parsed[i++] = new PathKey(key, PathValue.From(keyValue));
                }

                element = Key(parsed);
                return true;
            case 'i':
                element = At(int.Parse(text.AsSpan(2), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
                return true;
            default:
                return false;
        }
    }

    /// <summary>The serialised form, as it stands in FieldsV1.</summary>
    public string Serialize()
    {
        switch (Kind)
        {
            case PathElementKind.Field:
                return "f:" + name;
            case PathElementKind.Index:
                return "i:" + index.ToString(CultureInfo.InvariantCulture);
            case PathElementKind.Value:
                var item = new StringBuilder("v:");
                value.AppendJson(item);
                return item.ToString();
            default:
                var text = new StringBuilder("k:{");
                for (var i = 0; i < keys!.Length; i++)
                {
                    if (i > 0)
                    {
                        text.Append(',');
                    }

                    GoText.AppendJsonString(text, keys[i].Name);
                    text.Append(':');
                    keys[i].Value.AppendJson(text);
                }

                return text.Append('}').ToString();
        }
    }

    /// <inheritdoc/>
    public int CompareTo(PathElement other)
    {
        if (Kind != other.Kind)
        {
            return Kind.CompareTo(other.Kind);
        }

        return Kind switch
        {
            PathElementKind.Field => string.CompareOrdinal(name, other.name),
            PathElementKind.Key => CompareKeys(keys!, other.keys!),
            PathElementKind.Value => value.CompareTo(other.value),
            _ => index.CompareTo(other.index),
        };
    }

    /// <inheritdoc/>
    public bool Equals(PathElement other) => CompareTo(other) == 0;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PathElement other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        switch (Kind)
        {
            case PathElementKind.Field:
                return string.GetHashCode(name, StringComparison.Ordinal);
            case PathElementKind.Value:
                return value.GetHashCode();
            case PathElementKind.Index:
                return index;
            default:
                var hash = default(HashCode);
                foreach (var key in keys!)
                {
                    hash.Add(key.Value);
                }

                return hash.ToHashCode();
        }
    }

    /// <summary>The element as it stands in messages: <c>.name</c>, <c>[type="Ready"]</c>, <c>[="x"]</c>, <c>[3]</c>.</summary>
    public override string ToString() => Kind switch
    {
        PathElementKind.Field => "." + name,
        PathElementKind.Key => "[" + string.Join(',', keys!.Select(k => k.Name + "=" + k.Value)) + "]",
        PathElementKind.Value => "[=" + value + "]",
        _ => "[" + index.ToString(CultureInfo.InvariantCulture) + "]",
    };

    private static int CompareKeys(PathKey[] a, PathKey[] b)
    {
        var shared = Math.Min(a.Length, b.Length);
        for (var i = 0; i < shared; i++)
        {
            var order = string.CompareOrdinal(a[i].Name, b[i].Name);
            if (order == 0)
            {
                order = a[i].Value.CompareTo(b[i].Value);
            }

            if (order != 0)
            {
                return order;
            }
        }

        return a.Length.CompareTo(b.Length);
    }
}
