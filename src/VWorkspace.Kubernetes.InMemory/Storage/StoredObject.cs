using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.Storage;

/// <summary>One object at one resource version: the tree for logic, the bytes for the wire. Neither is ever changed.</summary>
internal sealed class StoredObject
{
    private Dictionary<string, string>? _labels;
    private bool _labelsRead;
    private MetadataText? _metadata;

    public StoredObject(JsonObject node, long resourceVersion, long schemaEpoch = 0)
    {
        Node = node;
        ResourceVersion = resourceVersion;
        SchemaEpoch = schemaEpoch;
        Name = node.Name();
        Namespace = node.Namespace();
        Key = MakeKey(Namespace, Name);
        Uid = node.Uid();
        ApiVersion = node.Text("apiVersion") ?? "";
        Utf8 = CanonicalJson.Write(node);
        BodyOffset = FindBody(Utf8);
    }

    /// <summary>A probe for searches in ordered sets.</summary>
    private StoredObject(string key)
    {
        Key = key;
        Name = Namespace = Uid = ApiVersion = "";
        Node = [];
        Utf8 = [];
    }

    public string Key { get; }

    public string Namespace { get; }

    public string Name { get; }

    public string Uid { get; }

    /// <summary>The version that the tree is written in.</summary>
    public string ApiVersion { get; }

    public long ResourceVersion { get; }

    /// <summary>The epoch of the CRD schema the tree was made under; readers default it anew when that has moved on.</summary>
    public long SchemaEpoch { get; }

    public JsonObject Node { get; }

    public byte[] Utf8 { get; }

    /// <summary>Where the members after <c>apiVersion</c> and <c>kind</c> begin in <see cref="Utf8"/>.</summary>
    public int BodyOffset { get; }

    /// <summary>The last conversion asked for; one slot is enough because readers of one kind mostly agree on a version.</summary>
    public StoredObject? Converted { get; set; }

    public IReadOnlyDictionary<string, string>? Labels
    {
        get
        {
            if (!_labelsRead)
            {
                _labels = Node["metadata"].Child("labels").StringMap();
                Volatile.Write(ref _labelsRead, true);
            }

            return _labels;
        }
    }

    /// <summary>The object as PartialObjectMetadata, written once for all who ask for the same version.</summary>
    public byte[] MetadataUtf8(string version)
    {
        var known = _metadata;
        if (known?.Version == version) return known.Utf8;
        known = new MetadataText(version, CanonicalJson.Write(Http.ObjectResponder.PartialMetadata(Node, version)));
        _metadata = known;
        return known.Utf8;
    }

    private static int FindBody(ReadOnlySpan<byte> json)
    {
        // The writer puts apiVersion and kind first, and metadata always follows them.
        var metadata = json.IndexOf("\"metadata\":"u8);
        var first = json.IndexOf("\"kind\":"u8);
        if (first < 0 || metadata < first) return 1;
        var end = json[(first + 8)..].IndexOf((byte)',');
        return end < 0 ? 1 : first + 8 + end + 1;
    }

    public static string MakeKey(string ns, string name) => ns.Length == 0 ? name : ns + "/" + name;

    public static StoredObject Probe(string key) => new(key);

    public StoredObject WithResourceVersion(long resourceVersion)
    {
        var copy = Node.Copy();
        copy.Metadata()["resourceVersion"] = resourceVersion.ToString(CultureInfo.InvariantCulture);
        return new StoredObject(copy, resourceVersion, SchemaEpoch);
    }

    internal sealed class KeyComparer : IComparer<StoredObject>
    {
        public static KeyComparer Instance { get; } = new();

        public int Compare(StoredObject? x, StoredObject? y) => string.CompareOrdinal(x?.Key, y?.Key);
    }

    private sealed record MetadataText(string Version, byte[] Utf8);
}
