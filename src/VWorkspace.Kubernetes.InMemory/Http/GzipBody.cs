using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace VWorkspace.Kubernetes.InMemory.Http;

/// <summary>Large answers go compressed to those who take it (upstream: <c>apiserver/pkg/endpoints/handlers/responsewriters</c>). Watches never do.</summary>
internal static class GzipBody
{
    /// <summary>Smaller bodies are not worth it.</summary>
    public const int Threshold = 128 * 1024;

    public static bool IsWanted(HttpContext http, long length)
    {
        if (length <= Threshold) return false;
        foreach (var header in http.Request.Headers.AcceptEncoding)
            foreach (var encoding in (header ?? "").Split(',', StringSplitOptions.TrimEntries))
                if (encoding == "gzip") return true;
        return false;
    }

    /// <summary>Compresses at the fastest level, as upstream does, and says so in the headers, which must not have been sent yet.</summary>
    public static byte[] Compress(HttpContext http, ReadOnlySpan<byte> body)
    {
        using var target = new MemoryStream(body.Length / 4);
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(body);
        http.Response.Headers.ContentEncoding = "gzip";
        http.Response.Headers.Append("Vary", "Accept-Encoding");
        return target.ToArray();
    }
}
