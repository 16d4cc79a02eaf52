using System.Globalization;
using System.Text.Json;

namespace VWorkspace.Kubernetes.InMemory.Http;

/// <summary>Strict decoding of built-in kinds tells of unknown and duplicate fields in the order in which the body has them.</summary>
internal static class StrictOrder
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 512 };

    /// <summary>Puts the paths of unknown and duplicate fields in the order of the body.</summary>
    public static IEnumerable<(string Path, bool IsDuplicate)> Sort(ReadOnlySpan<byte> body, IReadOnlyList<string> unknown, IReadOnlyList<string> duplicates)
    {
        var (first, second) = (new Dictionary<string, int>(StringComparer.Ordinal), new Dictionary<string, int>(StringComparer.Ordinal));
        var reader = new Utf8JsonReader(body, Options);
        var count = 0;
        reader.Read();
        Visit(ref reader, "", first, second, ref count);
        return unknown.Select(p => (Path: p, IsDuplicate: false, At: first.GetValueOrDefault(p, int.MaxValue)))
            .Concat(duplicates.Select(p => (Path: p, IsDuplicate: true, At: second.GetValueOrDefault(p, int.MaxValue))))
            .OrderBy(p => p.At).Select(p => (p.Path, p.IsDuplicate)).ToList();
    }

    private static void Visit(ref Utf8JsonReader reader, string path, Dictionary<string, int> first, Dictionary<string, int> second, ref int count)
    {
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                var name = reader.GetString()!;
                var at = path.Length == 0 ? name : path + "." + name;
                if (!first.TryAdd(at, count)) second.TryAdd(at, count);
                count++;
                reader.Read();
                Visit(ref reader, at, first, second, ref count);
            }
        }
        else if (reader.TokenType == JsonTokenType.StartArray)
        {
            for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
                Visit(ref reader, string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), first, second, ref count);
        }
    }
}
