using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.ManagedFields;

/// <summary>
/// A value inside a path element: the key of a list-map item or the item of a set. Ordered as upstream orders values
/// (numbers, strings, booleans, anything else, null), which fixes the order of elements in FieldsV1.
/// </summary>
internal readonly struct PathValue : IComparable<PathValue>, IEquatable<PathValue>
{
    private enum Rank : byte
    {
        Number,
        Text,
        Boolean,
        Composite,
        Null,
    }

    private readonly Rank rank;
    private readonly double number;
    private readonly string text;

    private PathValue(Rank rank, double number, string text)
    {
        this.rank = rank;
        this.number = number;
        this.text = text;
    }

    /// <summary>Takes the value of a JSON node; null stands for JSON null.</summary>
    public static PathValue From(JsonNode? node)
    {
        if (node is null)
        {
            return new PathValue(Rank.Null, 0, "null");
        }

        switch (node.GetValueKind())
        {
            case JsonValueKind.String:
                return new PathValue(Rank.Text, 0, node.GetValue<string>());
            case JsonValueKind.True:
                return new PathValue(Rank.Boolean, 1, "true");
            case JsonValueKind.False:
                return new PathValue(Rank.Boolean, 0, "false");
            case JsonValueKind.Number:
                var raw = node.ToJsonString();
                return new PathValue(Rank.Number, double.Parse(raw, NumberStyles.Float, CultureInfo.InvariantCulture), raw);
            case JsonValueKind.Null:
                return new PathValue(Rank.Null, 0, "null");
            default:
                return new PathValue(Rank.Composite, 0, node.ToJsonString());
        }
    }

    /// <summary>A string value.</summary>
    public static PathValue From(string value) => new(Rank.Text, 0, value);

    /// <summary>Parses the JSON after <c>v:</c>. Throws <see cref="JsonException"/> for what is no JSON.</summary>
    public static PathValue Parse(string json) => From(JsonNode.Parse(json));

    /// <inheritdoc/>
    public int CompareTo(PathValue other)
    {
        if (rank != other.rank)
        {
            return rank.CompareTo(other.rank);
        }

        return rank is Rank.Text or Rank.Composite ? string.CompareOrdinal(text, other.text) : number.CompareTo(other.number);
    }

    /// <inheritdoc/>
    public bool Equals(PathValue other) => CompareTo(other) == 0;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PathValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() =>
        rank is Rank.Text or Rank.Composite ? string.GetHashCode(text, StringComparison.Ordinal) : number.GetHashCode();

    /// <summary>Appends the value as JSON, escaped as Go's encoder escapes it.</summary>
    public void AppendJson(StringBuilder target)
    {
        if (rank == Rank.Text)
        {
            GoText.AppendJsonString(target, text);
        }
        else
        {
            target.Append(text);
        }
    }

    /// <summary>The value as it stands in messages: strings quoted.</summary>
    public override string ToString() => rank == Rank.Text ? GoText.Quote(text) : text;
}
