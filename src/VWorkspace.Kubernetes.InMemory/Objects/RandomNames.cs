namespace VWorkspace.Kubernetes.InMemory.Objects;

/// <summary>Names for <c>generateName</c> and UIDs, from one seedable source so that a run can be repeated.</summary>
internal sealed class RandomNames(Random random)
{
    // The alphabet of k8s.io/apimachinery/pkg/util/rand: no vowels, nothing that looks like another character.
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";
    private readonly Lock _gate = new();

    public string Suffix(int length = 5)
    {
        lock (_gate) return string.Create(length, random, static (span, source) =>
        {
            foreach (ref var c in span) c = Alphabet[source.Next(Alphabet.Length)];
        });
    }

    /// <summary>Base plus suffix; bases longer than 58 characters are cut, as upstream does.</summary>
    public string From(string baseName) => (baseName.Length > 58 ? baseName[..58] : baseName) + Suffix();

    public string Uid()
    {
        Span<byte> bytes = stackalloc byte[16];
        lock (_gate) random.NextBytes(bytes);
        bytes[7] = (byte)((bytes[7] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes).ToString("D");
    }

    public double NextDouble()
    {
        lock (_gate) return random.NextDouble();
    }
}
