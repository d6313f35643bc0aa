using Sidecars.Hosting.Http2;
using Sidecars.Hosting.Http2.Hpack;
using Sidecars.NodeDriverRegistrar.Registration;
using Sidecars.Tests.Support.Http2;

namespace Sidecars.NodeDriverRegistrar.Tests.Http2;

/// <summary>A client that sends whatever octets it is told to, and reads answers.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly RawPeer _peer;
    private readonly HpackDecoder _decoder = new();

    private RawClient(RawPeer peer) => _peer = peer;

    /// <summary>Connects; unless told otherwise it sends the preface and its settings.</summary>
    public static async Task<RawClient> ConnectAsync(string path, params (int Id, int Value)[] settings)
    {
        var client = await ConnectSilentlyAsync(path);
        await client.Send(Http2Session.Preface.ToArray(), Frames.Settings(settings));
        return client;
    }

    public static async Task<RawClient> ConnectSilentlyAsync(string path) => new(await RawPeer.ConnectAsync(path));

    public Task Send(params byte[][] parts) => _peer.Send(parts);

    public Task<(FrameHeader Header, byte[] Payload)?> Next() => _peer.Next();

    public Task<(FrameHeader Header, byte[] Payload)> NextOf(FrameType type) => _peer.NextOf(type);

    public Task<(Http2ErrorCode Code, string Reason)?> End() => _peer.End();

    public void Shutdown() => _peer.Shutdown();

    public void Dispose() => _peer.Dispose();

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
