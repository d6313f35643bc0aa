using System.Net.Sockets;
using System.Text;
using Sidecars.Hosting.Http2;

namespace Sidecars.Tests.Support.Http2;

/// <summary>One end of a connection that sends whatever octets it is told to, and reads frames.</summary>
internal sealed class RawPeer : IDisposable
{
    private readonly Socket _socket;
    private readonly NetworkStream _stream;

    private RawPeer(Socket socket) => (_socket, _stream) = (socket, new NetworkStream(socket));

    /// <summary>Connects and says nothing. Where the listener has no room it comes again until there is some.</summary>
    public static async Task<RawPeer> ConnectAsync(string path)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path)).WithinLimit();
                return new RawPeer(socket);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock && TimeProvider.System.GetElapsedTime(began) < TestTimeouts.Limit)
            {
                socket.Dispose();
                await Task.Yield();
            }
        }
    }

    /// <summary>Takes the next client of a listener and says nothing.</summary>
    public static async Task<RawPeer> AcceptAsync(Socket listener) => new(await listener.AcceptAsync().WithinLimit());

    public async Task Send(params byte[][] parts) => await _stream.WriteAsync(parts.SelectMany(p => p).ToArray()).WithinLimit();

    /// <summary>Reads over the preface of a client.</summary>
    public async Task TakePreface() => await _stream.ReadExactlyAsync(new byte[Http2Session.Preface.Length]).AsTask().WithinLimit();

    /// <summary>The next frame, or null at the end of the connection.</summary>
    public async Task<(FrameHeader Header, byte[] Payload)?> Next()
    {
        var head = new byte[FrameHeader.Size];
        try
        {
            if (await _stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false).AsTask().WithinLimit() < head.Length) return null;
        }
        catch (IOException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            return null;
        }
        var header = FrameHeader.Read(head);
        var payload = new byte[header.Length];
        await _stream.ReadExactlyAsync(payload).AsTask().WithinLimit();
        return (header, payload);
    }

    /// <summary>The next frame of this type; others are passed over. Fails where the connection ends before.</summary>
    public async Task<(FrameHeader Header, byte[] Payload)> NextOf(FrameType type)
    {
        while (true)
        {
            var frame = await Next() ?? throw new EndOfStreamException($"the connection ended before a frame of type {type}");
            if (frame.Header.Type == type) return frame;
        }
    }

    /// <summary>Reads on to the end of the connection; gives what its GOAWAY said.</summary>
    public async Task<(Http2ErrorCode Code, string Reason)?> End()
    {
        (Http2ErrorCode, string)? said = null;
        while (await Next() is var (header, payload))
            if (header.Type == FrameType.GoAway) said = ((Http2ErrorCode)payload[7], Encoding.Latin1.GetString(payload[8..]));
        return said;
    }

    /// <summary>Says that nothing more will come; answers are still read.</summary>
    public void Shutdown() => _socket.Shutdown(SocketShutdown.Send);

    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }
}
