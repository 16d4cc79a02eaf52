namespace VWorkspace.Kubernetes.InMemory;

/// <summary>Something that goes wrong with a request.</summary>
public abstract record Fault
{
    private Fault()
    {
    }

    /// <summary>The answer comes late.</summary>
    /// <param name="By">How late, by the server's clock.</param>
    public sealed record Delay(TimeSpan By) : Fault;

    /// <summary>The request is refused with a Status, and nothing is done.</summary>
    /// <param name="Code">The HTTP status code.</param>
    /// <param name="Reason">The reason of the Status, e.g. <c>TooManyRequests</c>; may be empty.</param>
    /// <param name="Message">The message of the Status.</param>
    /// <param name="RetryAfterSeconds">The Retry-After header; null for none.</param>
    public sealed record Refuse(int Code, string Reason = "", string Message = "refused by a fault", int? RetryAfterSeconds = null) : Fault;

    /// <summary>The connection (over HTTP/2: the stream) is reset before anything is done.</summary>
    public sealed record CutBeforeRequest : Fault;

    /// <summary>The request is carried out and the connection is reset before the answer: the client cannot know.</summary>
    public sealed record CutBeforeResponse : Fault;

    /// <summary>The body is cut: after some whole lines, then so many bytes into the next.</summary>
    /// <param name="Lines">Whole lines that still arrive.</param>
    /// <param name="Bytes">Bytes of the next line that arrive too. A cut inside a multi-byte character is a matter of this number.</param>
    public sealed record CutBody(int Lines, int Bytes = 0) : Fault;

    /// <summary>The body is cut inside the first character of more than one byte after so many lines.</summary>
    /// <param name="Lines">Whole lines that still arrive.</param>
    public sealed record CutInsideCharacter(int Lines = 0) : Fault;

    /// <summary>After so many lines nothing more is sent, and the connection stays open: a stall, or a peer that is gone without a FIN.</summary>
    /// <param name="Lines">Whole lines that still arrive.</param>
    public sealed record Stall(int Lines = 0) : Fault;

    /// <summary>A watch answers with an in-stream error event of code 410 at once.</summary>
    public sealed record ExpireWatch : Fault;

    /// <summary>Every bookmark of a watch is sent twice.</summary>
    public sealed record DuplicateBookmarks : Fault;

    /// <summary>Every bookmark of a watch is held back until the line after it has been sent.</summary>
    public sealed record ReorderBookmarks : Fault;

    /// <summary>Bookmarks of a watch are never sent, the one that ends the initial events included.</summary>
    public sealed record SwallowBookmarks : Fault;
}
