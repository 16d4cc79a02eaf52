using System.Text.Json.Nodes;

namespace VWorkspace.ControllerRuntime;

/// <summary>The answer of a conversion handler for one object.</summary>
public sealed record ConversionResult
{
    private ConversionResult() { }

    /// <summary>The object in the version that was asked for; null when it cannot be converted.</summary>
    public JsonObject? Object { get; private init; }

    /// <summary>Why not; the user of the API server sees it.</summary>
    public string Message { get; private init; } = string.Empty;

    /// <summary>The object as it is in the other version. <c>apiVersion</c>, <c>kind</c> and all metadata but labels and annotations are put in by the endpoint.</summary>
    public static ConversionResult Converted(JsonObject obj)
    {
        ArgumentNullException.ThrowIfNull(obj);
        return new() { Object = obj };
    }

    /// <summary>The object cannot be expressed in the version that was asked for, or that version is unknown. The whole request of the user fails.</summary>
    /// <param name="message">Text for people; says what is in the way.</param>
    public static ConversionResult Failed(string message)
    {
        ArgumentException.ThrowIfNullOrEmpty(message);
        return new() { Message = message };
    }
}

/// <summary>Converts objects of a CRD between its versions, whenever the API server stores them in another one than a client speaks.</summary>
public interface IConversionHandler
{
    /// <summary>Converts one object. Has to lose nothing on the way there and back, and has no side effects: the API server may ask at any time and again.</summary>
    /// <param name="obj">The object; may be changed and returned.</param>
    /// <param name="desiredApiVersion">The version to convert to, <c>group/version</c>.</param>
    /// <param name="cancellationToken">Fires when the API server hangs up.</param>
    ValueTask<ConversionResult> ConvertAsync(JsonObject obj, string desiredApiVersion, CancellationToken cancellationToken);
}
