using System.Text.Json;

namespace VWorkspace.Kubernetes.Compact;

/// <summary>A list of texts, each an instance of its own.</summary>
internal sealed class TextListConverter : CompactListConverter<string>
{
    private protected override string? ReadItem(ref Utf8JsonReader reader, JsonSerializerOptions options) => reader.GetString();
}

/// <summary>A list of names that many objects have in common.</summary>
internal sealed class NameListConverter : CompactListConverter<string>
{
    private protected override string? ReadItem(ref Utf8JsonReader reader, JsonSerializerOptions options) => SharedStringConverter.Read(ref reader);
}

/// <summary>Conditions; those of one object often say the same.</summary>
internal sealed class ConditionListConverter : CompactListConverter<Condition>
{
    private protected override void OnRead(Condition[] items)
    {
        for (int i = 1; i < items.Length; i++)
            for (int j = 0; j < i; j++)
                if (items[i].ShareMessage(items[j])) break;
    }
}
