using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace VWorkspace.Kubernetes.Wire;

/// <summary>The members that a type reads of its JSON object; all others can be left out before it is parsed, because the parser would only skip them.</summary>
internal sealed class KnownMembers
{
    private static readonly ConditionalWeakTable<JsonTypeInfo, StrongBox<KnownMembers?>> Cache = [];

    private readonly List<(byte[] Name, KnownMembers? Inner)> _members = [];

    private KnownMembers()
    {
    }

    /// <summary>The members of a contract; null when members beyond the declared ones can make a difference.</summary>
    public static KnownMembers? Of(JsonTypeInfo json) =>
        Cache.GetValue(json, static json => new(Make(json, []))).Value;

    /// <summary>Looks up a member.</summary>
    /// <param name="name">Its name as it stands in the JSON, without escapes.</param>
    /// <param name="inner">What the member's own object reads; null when the member is read as a whole.</param>
    public bool TryFind(ReadOnlySpan<byte> name, out KnownMembers? inner)
    {
        foreach ((byte[] known, KnownMembers? members) in _members)
        {
            if (!name.SequenceEqual(known)) continue;
            inner = members;
            return true;
        }

        inner = null;
        return false;
    }

    private static KnownMembers? Make(JsonTypeInfo json, Dictionary<Type, KnownMembers> made)
    {
        if (made.TryGetValue(json.Type, out KnownMembers? known)) return known;
        json.MakeReadOnly();
        if (!IgnoresOthers(json)) return null;
        var members = new KnownMembers();
        made.Add(json.Type, members); // before its members, which may be of the same type
        foreach (JsonPropertyInfo property in json.Properties)
        {
            KnownMembers? inner = property.CustomConverter is null && json.Options.TryGetTypeInfo(property.PropertyType, out JsonTypeInfo? type) ? Make(type, made) : null;
            members._members.Add((Encoding.UTF8.GetBytes(property.Name), inner));
        }

        return members;
    }

    /// <summary>Whether an undeclared member has no effect: no extension data, no type discriminator or reference, no refusal, no comments that may hide brackets.</summary>
    private static bool IgnoresOthers(JsonTypeInfo json) =>
        json.Kind == JsonTypeInfoKind.Object
        && !json.Type.IsValueType
        && json.PolymorphismOptions is null
        && (json.UnmappedMemberHandling ?? json.Options.UnmappedMemberHandling) == JsonUnmappedMemberHandling.Skip
        && json.Options is { PropertyNameCaseInsensitive: false, ReferenceHandler: null, ReadCommentHandling: JsonCommentHandling.Disallow, AllowDuplicateProperties: true }
        && json.Properties.All(p => !p.IsExtensionData);
}
