using System.Buffers;
using Sidecars.Hosting.Http2.Hpack;

namespace Sidecars.Hosting.Http2;

/// <summary>Gathers one message of the peer, up to a limit; what is longer resets the stream.</summary>
internal abstract class MessageStream(int longestBody) : Http2Stream
{
    private readonly ArrayBufferWriter<byte> _body = new();
    private IReadOnlyList<HeaderField>? _fields;
    private IReadOnlyList<HeaderField>? _trailers;

    /// <summary>Everything is there.</summary>
    protected abstract void OnMessage(Http2Message message);

    /// <summary>Whether these fields are only the news that others will follow, as an answer of status 100 is.</summary>
    protected virtual bool IsInterim(IReadOnlyList<HeaderField> fields) => false;

    protected internal override Http2ErrorCode? OnHeaders(IReadOnlyList<HeaderField> fields, bool isEnd)
    {
        if (fields.Any(f => f.Name.Length is 0 || f.Name.AsSpan().ContainsAnyInRange('A', 'Z'))) return Http2ErrorCode.Protocol;
        if (_fields is null && IsInterim(fields)) return isEnd ? Http2ErrorCode.Protocol : null;
        if (_fields is null) _fields = fields;
        else if (!isEnd || fields.Any(f => f.Name[0] is ':')) return Http2ErrorCode.Protocol;
        else _trailers = fields;
        if (isEnd) Finish();
        return null;
    }

    protected internal override Http2ErrorCode? OnData(ReadOnlySpan<byte> data, bool isEnd)
    {
        if (_fields is null) return Http2ErrorCode.Protocol;
        if (_body.WrittenCount + data.Length > longestBody) return Http2ErrorCode.EnhanceYourCalm;
        _body.Write(data);
        if (isEnd) Finish();
        return null;
    }

    private void Finish() => OnMessage(new Http2Message(_fields!, _body.WrittenMemory, _trailers));
}
