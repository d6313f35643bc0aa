using Sidecars.Hosting.Http2.Hpack;

namespace Sidecars.Hosting.Http2;

/// <summary>
/// One exchange of a connection. The members are called by the connection's read loop, one after the other; they must not block. After
/// <see cref="OnReset"/>, or after both sides have ended, nothing is called any more.
/// </summary>
public abstract class Http2Stream
{
    /// <summary>The number of the stream.</summary>
    public int Id { get; internal set; }

    internal long SendCredit { get; set; }

    internal int Received { get; set; } // since the last time credit was given for it

    internal bool IsRemoteEnded { get; set; }

    internal bool IsLocalEnded { get; set; }

    /// <summary>Header fields, or trailers where there were fields before; null is in order, otherwise the stream is reset with the code.</summary>
    protected internal abstract Http2ErrorCode? OnHeaders(IReadOnlyList<HeaderField> fields, bool isEnd);

    /// <summary>A piece of the body; the span is valid during the call only.</summary>
    protected internal abstract Http2ErrorCode? OnData(ReadOnlySpan<byte> data, bool isEnd);

    /// <summary>The exchange is over before its end, because the peer, the connection or we broke it off.</summary>
    protected internal abstract void OnReset(Http2ErrorCode code, string reason);
}
