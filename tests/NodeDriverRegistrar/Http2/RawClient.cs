using System.Net.Sockets;
using Sidecars.NodeDriverRegistrar.Http2;
using Sidecars.Hosting.Http2.Hpack;
using Sidecars.NodeDriverRegistrar.Registration;
using Sidecars.Tests.Support;

namespace Sidecars.NodeDriverRegistrar.Tests.Http2;

/// <summary>A client that sends whatever octets it is told to, and reads frames.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly HpackDecoder _decoder = new();
    private NetworkStream _stream = null!;

    /// <summary>Connects; unless told otherwise it sends the preface and its settings.</summary>
    public static async Task<RawClient> ConnectAsync(string path, params (int Id, int Value)[] settings)
    {
        var client = await ConnectSilentlyAsync(path);
        await client.Send(Http2Session.Preface.ToArray(), Frames.Settings(settings));
        return client;
    }

    public static async Task<RawClient> ConnectSilentlyAsync(string path)
    {
        var client = new RawClient();
        await client._socket.ConnectAsync(new UnixDomainSocketEndPoint(path)).WithinLimit();
        client._stream = new NetworkStream(client._socket);
        return client;
    }

    public async Task Send(params byte[][] parts) => await _stream.WriteAsync(parts.SelectMany(p => p).ToArray()).WithinLimit();

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

    /// <summary>The answer on a stream, or the code with which it was reset.</summary>
    public async Task<RawAnswer> Answer(int stream)
    {
        var answer = new RawAnswer();
        while (true)
        {
            var (header, payload) = await Next() ?? throw new EndOfStreamException($"the connection ended before the answer on stream {stream}");
            if (header.Type == FrameType.Headers)
            {
                // The state of the compression depends on all blocks.
                var list = new HeaderList(100_000);
                Assert.That(_decoder.Decode(payload, list), Is.Null);
                if (header.Stream == stream) answer.Add(list.Fields);
            }
            if (header.Stream != stream) continue;
            if (header.Type == FrameType.Data) answer.Body.AddRange(payload);
            if (header.Type == FrameType.ResetStream) return answer with { Reset = (Http2ErrorCode)payload[3] };
            if (header.Type is FrameType.Headers or FrameType.Data && header.Has(FrameFlags.EndStream)) return answer;
        }
    }

    /// <summary>Reads on to the end of the connection; gives what its GOAWAY said.</summary>
    public async Task<(Http2ErrorCode Code, string Reason)?> End()
    {
        (Http2ErrorCode, string)? said = null;
        while (await Next() is var (header, payload))
            if (header.Type == FrameType.GoAway) said = ((Http2ErrorCode)payload[7], System.Text.Encoding.Latin1.GetString(payload[8..]));
        return said;
    }

    /// <summary>Says that nothing more will come; answers are still read.</summary>
    public void Shutdown() => _socket.Shutdown(SocketShutdown.Send);

    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }

    /// <summary>What came on one stream.</summary>
    internal sealed record RawAnswer
    {
        public Dictionary<string, string> Fields { get; } = [];

        public List<byte> Body { get; } = [];

        public Http2ErrorCode? Reset { get; init; }

        public string Status => Fields.GetValueOrDefault("grpc-status", "none");

        public string Reason => Fields.GetValueOrDefault("grpc-message", "");

        public PluginInfo Info => PluginInfo.Parser.ParseFrom(Body.Skip(5).ToArray());

        public void Add(IReadOnlyList<HeaderField> fields)
        {
            foreach (var field in fields) Fields[field.Name] = field.Value;
        }
    }
}
