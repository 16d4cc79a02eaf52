using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace VWorkspace.Benchmarks;

/// <summary>
/// Writes releases as the API server would, each with a name, namespace, UID, version and message of its own. A template is made once and its numbers are
/// exchanged in place, so that making the load costs next to nothing beside reading it.
/// </summary>
internal sealed class ReleaseFactory
{
    private const int Namespaces = 100;
    private const string NumberMark = "00NUM", NamespaceMark = "0NS", VersionMark = "0VERSION";

    private readonly byte[] _template;
    private readonly int[] _numbers, _namespaces, _versions;

    /// <param name="bytes">Size of one object.</param>
    public ReleaseFactory(int bytes)
    {
        var release = (JsonObject)JsonNode.Parse(HelmReleases.Json(0, bytes))!;
        string name = $"release-{NumberMark}", @namespace = $"team-{NamespaceMark}";
        var metadata = (JsonObject)release["metadata"]!;
        metadata["name"] = name;
        metadata["namespace"] = @namespace;
        metadata["uid"] = $"6b9f2a34-91c7-4e0d-8a55-0000000{NumberMark}";
        metadata["resourceVersion"] = VersionMark;
        metadata["labels"] = new JsonObject { ["app.kubernetes.io/managed-by"] = "demo", ["app.kubernetes.io/instance"] = name, ["team"] = @namespace };
        foreach (JsonNode? condition in (JsonArray)release["status"]!["conditions"]!)
            condition!["message"] = $"Helm install succeeded for release {@namespace}/{name}.v1 with chart demo@1.2.3";
        _template = Encoding.UTF8.GetBytes(release.ToJsonString());
        (_numbers, _namespaces, _versions) = (Positions(NumberMark), Positions(NamespaceMark), Positions(VersionMark));
    }

    public int Size => _template.Length;

    /// <summary>Release <paramref name="number"/> at a version of eight digits, appended to <paramref name="output"/>.</summary>
    public void Write(MemoryStream output, int number, int version)
    {
        Put(_numbers, number, NumberMark.Length);
        Put(_namespaces, number % Namespaces, NamespaceMark.Length);
        Put(_versions, version, VersionMark.Length);
        output.Write(_template);
    }

    private void Put(int[] positions, int value, int digits)
    {
        Span<byte> text = stackalloc byte[digits];
        value.TryFormat(text, out _, $"D{digits}", CultureInfo.InvariantCulture);
        foreach (int position in positions) text.CopyTo(_template.AsSpan(position));
    }

    private int[] Positions(string mark)
    {
        byte[] wanted = Encoding.UTF8.GetBytes(mark);
        var found = new List<int>();
        for (int at = 0; _template.AsSpan(at).IndexOf(wanted) is >= 0 and var next; at += next + wanted.Length) found.Add(at + next);
        return [.. found];
    }
}
