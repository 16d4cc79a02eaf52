using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace VWorkspace.Kubernetes.Transport.Impersonating;

/// <summary>
/// HTTP/1.1: collects the head of each request, replaces the joined lines in it, and counts the body off by its <c>Content-Length</c>. Bodies of unknown length
/// are refused; the client has none.
/// </summary>
internal sealed class Http1Rewriter(RepeatedHeaders headers) : IRequestRewriter
{
    private readonly ArrayBufferWriter<byte> _head = new(1024);
    private long _body;
    private bool _tunnel;

    public void Rewrite(ReadOnlySpan<byte> bytes, IBufferWriter<byte> output)
    {
        while (!bytes.IsEmpty)
        {
            if (_tunnel || _body > 0)
            {
                int count = _tunnel ? bytes.Length : (int)Math.Min(_body, bytes.Length);
                output.Write(bytes[..count]);
                if (!_tunnel) _body -= count;
                bytes = bytes[count..];
                continue;
            }

            int before = _head.WrittenCount;
            _head.Write(bytes);
            // The end may have begun in an earlier portion.
            int from = Math.Max(0, before - 3);
            int end = _head.WrittenSpan[from..].IndexOf("\r\n\r\n"u8);
            if (end < 0) return;
            int length = from + end + 4;
            WriteHead(_head.WrittenSpan[..length], output);
            bytes = bytes[(length - before)..];
            _head.ResetWrittenCount();
        }
    }

    private void WriteHead(ReadOnlySpan<byte> head, IBufferWriter<byte> output)
    {
        // The request to a proxy for a tunnel is not the API server's, and after it come TLS records.
        if (head.StartsWith("CONNECT "u8))
        {
            _tunnel = true;
            output.Write(head);
            return;
        }

        Span<bool> replaced = stackalloc bool[headers.All.Count];
        for (bool first = true; !head.IsEmpty; first = false)
        {
            int end = head.IndexOf("\r\n"u8) + 2;
            ReadOnlySpan<byte> line = head[..end];
            head = head[end..];
            int colon = first ? -1 : line.IndexOf((byte)':');
            ReadOnlySpan<byte> name = colon < 0 ? default : line[..colon];
            int index = colon < 0 ? -1 : headers.IndexOf(name);
            if (index >= 0)
            {
                if (replaced[index]) throw RepeatedHeaders.Broken();
                replaced[index] = true;
                output.Write(headers.All[index].Http1Lines.Span);
                continue;
            }

            if (Ascii.EqualsIgnoreCase(name, "Transfer-Encoding")) throw RepeatedHeaders.Broken();
            if (Ascii.EqualsIgnoreCase(name, "Content-Length") && !(Utf8Parser.TryParse(line[(colon + 1)..].Trim(" \r\n"u8), out _body, out int digits) && digits > 0))
                throw RepeatedHeaders.Broken();
            output.Write(line);
        }

        headers.ThrowUnlessComplete(replaced);
    }
}
