using System.Buffers;

namespace VWorkspace.Kubernetes.Transport.Impersonating;

/// <summary>Reads the bytes that go to the server on one connection, in whatever portions they come, and gives what is to be sent instead.</summary>
internal interface IRequestRewriter
{
    /// <summary>Takes all of <paramref name="bytes"/>; what cannot be decided yet is kept until more comes.</summary>
    /// <exception cref="IOException">The bytes are not what .NET's HTTP stack sends; nothing of the request has gone out.</exception>
    void Rewrite(ReadOnlySpan<byte> bytes, IBufferWriter<byte> output);
}
