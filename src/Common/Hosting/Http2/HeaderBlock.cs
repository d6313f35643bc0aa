namespace Sidecars.Hosting.Http2;

/// <summary>A header block that comes in several frames, which nothing may come between.</summary>
internal sealed class HeaderBlock(int stream, bool isEnd, ReadOnlySpan<byte> first)
{
    /// <summary>Compressed octets; the decoder has its own limit for what they become.</summary>
    private const int Longest = 32 * 1024;

    private readonly List<byte> _octets = [.. first];

    public int Stream { get; } = stream;

    public bool IsEnd { get; } = isEnd;

    public byte[] Octets => [.. _octets];

    public void Append(ReadOnlySpan<byte> more)
    {
        if (_octets.Count + more.Length > Longest) throw new Http2Exception(Http2ErrorCode.EnhanceYourCalm, $"a header block of more than {Longest} octets");
        _octets.AddRange(more);
    }
}
