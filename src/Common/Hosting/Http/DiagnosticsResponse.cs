using System.Buffers;
using System.IO.Compression;
using System.Text;

namespace Sidecars.Hosting.Http;

/// <summary>
/// The answer under construction: a status, a content type, a few headers and a body in memory. It starts as 200 with plain text
/// and no body.
/// </summary>
public sealed class DiagnosticsResponse
{
    private ArrayBufferWriter<byte> _body = new();

    /// <summary>The HTTP status code.</summary>
    public int Status { get; set; } = 200;

    /// <summary>The value of the Content-Type header.</summary>
    public string ContentType { get; set; } = "text/plain; charset=utf-8";

    /// <summary>Where the body is written.</summary>
    public IBufferWriter<byte> Body => _body;

    internal ReadOnlyMemory<byte> WrittenBody => _body.WrittenMemory;

    internal List<(string Name, string Value)> Headers { get; } = [];

    /// <summary>Adds a header; name and value must be plain ASCII without line breaks.</summary>
    public void AddHeader(string name, string value) => Headers.Add((name, value));

    /// <summary>Sets the status and appends <paramref name="text"/> to the body.</summary>
    public void WriteText(int status, string text)
    {
        Status = status;
        Encoding.UTF8.GetBytes(text, _body);
    }

    /// <summary>Replaces the body written so far by its gzip form and says so in a header.</summary>
    public void Compress()
    {
        var plain = _body;
        _body = new ArrayBufferWriter<byte>();
        using (var sink = new MemoryStream())
        {
            using (var gzip = new GZipStream(sink, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(plain.WrittenSpan);
            _body.Write(sink.GetBuffer().AsSpan(0, (int)sink.Length));
        }
        AddHeader("Content-Encoding", "gzip");
    }
}
