using System.Text.Json;

namespace VWorkspace.Kubernetes.Wire;

/// <summary>What can still be told about an object that does not fit its type: read tolerantly, up to the first byte that makes no sense.</summary>
internal readonly record struct ObjectPeek(string? Namespace, string? Name, string? ResourceVersion)
{
    /// <summary>The key, when at least the name could be read.</summary>
    public ObjectKey? Key => Name is null ? null : new ObjectKey(Namespace ?? string.Empty, Name);

    /// <summary>Reads <c>metadata.namespace</c>, <c>.name</c> and <c>.resourceVersion</c> of an object that may be cut short or malformed.</summary>
    public static ObjectPeek Read(ReadOnlySpan<byte> utf8Json)
    {
        var peek = default(ObjectPeek);
        try
        {
            var reader = new Utf8JsonReader(utf8Json, isFinalBlock: false, default);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return peek;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool metadata = reader.ValueTextEquals("metadata"u8);
                if (!reader.Read()) return peek;
                if (!metadata)
                {
                    if (!reader.TrySkip()) return peek;
                    continue;
                }

                return ReadMetadata(ref reader, ref peek);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // As far as it could be read: that is all this type promises.
        }

        return peek;
    }

    private static ObjectPeek ReadMetadata(ref Utf8JsonReader reader, ref ObjectPeek peek)
    {
        if (reader.TokenType != JsonTokenType.StartObject) return peek;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int member = reader.ValueTextEquals("name"u8) ? 1 : reader.ValueTextEquals("namespace"u8) ? 2 : reader.ValueTextEquals("resourceVersion"u8) ? 3 : 0;
            if (!reader.Read()) break;
            if (member > 0 && reader.TokenType == JsonTokenType.String)
            {
                string? text = reader.GetString();
                peek = member switch { 1 => peek with { Name = text }, 2 => peek with { Namespace = text }, _ => peek with { ResourceVersion = text } };
            }
            else if (!reader.TrySkip())
            {
                break;
            }
        }

        return peek;
    }
}
