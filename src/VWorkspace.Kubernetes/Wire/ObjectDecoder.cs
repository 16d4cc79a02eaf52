using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using VWorkspace.Kubernetes.Compact;

namespace VWorkspace.Kubernetes.Wire;

/// <summary>Decodes one object from contiguous bytes; what does not fit its type is an answer, not an exception.</summary>
internal static class ObjectDecoder
{
    /// <summary>Decodes <paramref name="utf8Json"/>, which must be one whole JSON value.</summary>
    /// <param name="utf8Json">The value.</param>
    /// <param name="json">Contract of the type.</param>
    /// <param name="value">The object.</param>
    /// <param name="error">Why not; never content, only the type and the path of the member.</param>
    public static bool TryDecode<T>(ReadOnlySpan<byte> utf8Json, JsonTypeInfo<T> json, [NotNullWhen(true)] out T? value, [NotNullWhen(false)] out string? error)
        where T : class
    {
        try
        {
            value = Deserialize(utf8Json, json);
            error = value switch
            {
                IKubernetesObject { Metadata: null } => "metadata is missing",
                _ => null,
            };
            if (value is not null && error is null) return true;
            error ??= "null in place of an object";
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A converter may throw anything; one odd object must not end the list or the watch of all others.
            error = Describe<T>(e);
        }

        value = null;
        return false;
    }

    private static T? Deserialize<T>(ReadOnlySpan<byte> utf8Json, JsonTypeInfo<T> json)
        where T : class
    {
        json = CompactContract.Of(json);
        if (KnownMembers.Of(json) is not { } members) return JsonSerializer.Deserialize(utf8Json, json);
        byte[] rented = ArrayPool<byte>.Shared.Rent(utf8Json.Length);
        try
        {
            var pruner = new JsonPruner(utf8Json, rented);
            return JsonSerializer.Deserialize(pruner.TryPrune(members) ? rented.AsSpan(0, pruner.Written) : utf8Json, json);
        }
        finally
        {
            // Objects may be Secrets; beyond the source's length nothing was written.
            rented.AsSpan(0, utf8Json.Length).Clear();
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Says which member of which type does not fit; messages of converters may hold content and are left out.</summary>
    public static string Describe<T>(Exception e) => e is JsonException { Path: { Length: > 0 } path }
        ? $"does not fit {typeof(T).Name} at {Shorten(path)}"
        : $"does not fit {typeof(T).Name} ({e.GetType().Name})";

    private static string Shorten(string path) => path.Length <= 200 ? path : path[..200];
}

/// <summary>Makes a sequence contiguous, in pooled memory when it is not already.</summary>
internal ref struct ContiguousBytes
{
    private byte[]? _rented;

    public ContiguousBytes(in ReadOnlySequence<byte> sequence)
    {
        if (sequence.IsSingleSegment)
        {
            Span = sequence.FirstSpan;
            return;
        }

        int length = checked((int)sequence.Length);
        _rented = ArrayPool<byte>.Shared.Rent(length);
        sequence.CopyTo(_rented);
        Span = _rented.AsSpan(0, length);
    }

    public ReadOnlySpan<byte> Span { get; private set; }

    public void Dispose()
    {
        Span = default;
        // Objects may be Secrets: what goes back to a pool shared by the whole process goes back empty.
        if (_rented is not null) ArrayPool<byte>.Shared.Return(_rented, clearArray: true);
        _rented = null;
    }
}
