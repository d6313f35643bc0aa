using System.Buffers;
using Sidecars.Hosting.Http2;
using Sidecars.Hosting.Http2.Hpack;

namespace Sidecars.Hosting.Tests.Http2;

/// <summary>A server's call that sends back what it was sent, with trailers.</summary>
internal sealed class EchoStream : Http2Stream
{
    private readonly ArrayBufferWriter<byte> _body = new();

    public override Http2Error? OnHeaders(HeaderList list, bool isEnd) => null;

    public override Http2Error? OnData(ReadOnlySpan<byte> part)
    {
        _body.Write(part);
        return null;
    }

    public override Http2Error? OnEnd()
    {
        Table.Say(this, [new HeaderField(":status", "200")], _body.WrittenMemory, [new HeaderField("grpc-status", "0")]);
        return null;
    }

    public override void OnBroken(Http2Error why)
    {
    }
}
