namespace Sidecars.Hosting.Http2;

/// <summary>
/// The answering side of one connection: each request is gathered, answered by <paramref name="answer"/>, and the answer sent. Whatever the
/// client calls us by, its authority is not looked at: a kubelet sends the percent-encoded path of the socket. The token of an answer is
/// cancelled when the client gives up. An exception out of it is a bug: it is told to <paramref name="onFault"/> and resets that one stream.
/// </summary>
public sealed class Http2Server(Stream transport, Func<Http2Message, CancellationToken, Task<Http2Message>> answer, Action<Exception> onFault)
    : Http2Connection(transport)
{
    /// <summary>Requests under way on one connection; a further one is refused and may be repeated.</summary>
    private const int MostStreams = 100;

    /// <summary>A request is a small message; a longer one is refused.</summary>
    private const int LongestRequest = 64 * 1024;

    private volatile bool _isClosing;

    /// <summary>Takes no further requests, and tells the client; those under way are answered.</summary>
    public Task RefuseMore()
    {
        _isClosing = true;
        return Farewell(Http2ErrorCode.None, "");
    }

    private protected override async Task Greet(FrameReader reader, CancellationToken stop)
    {
        if (!await reader.Expect(Preface, stop)) throw Broken("the client does not speak HTTP/2");
        var settings = new FrameWriter().Settings((Http2Setting.MaxConcurrentStreams, MostStreams), (Http2Setting.MaxHeaderListSize, LongestHeaders));
        await Write(settings, stop);
    }

    private protected override Http2Stream? Accept(int id)
    {
        if (id % 2 is 0) throw Broken($"stream {id}, which only we may open");
        return _isClosing || OpenStreams >= MostStreams ? null : new Exchange(this);
    }

    private protected override bool IsIdle(int stream) => stream > LastStream || (stream > 0 && stream % 2 is 0);

    private async Task Answer(Exchange exchange, Http2Message request)
    {
        try
        {
            var message = await answer(request, exchange.GivenUp);
            var isAll = message.Body.IsEmpty && message.Trailers is null;
            var frames = new FrameWriter().Headers(exchange.Id, message.Fields, isAll);
            await SendBody(exchange, frames, message.Body, message.Trailers, exchange.GivenUp);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client is gone, or does not want it any more.
        }
        catch (Exception e)
        {
            onFault(e);
            await BreakOff(exchange.Id);
        }
        finally
        {
            exchange.Dispose();
        }
    }

    private async Task BreakOff(int id)
    {
        try
        {
            await Reset(id, Http2ErrorCode.Internal, "", CancellationToken.None);
        }
        catch (IOException)
        {
            // Nobody is left to be told.
        }
    }

    private sealed class Exchange(Http2Server server) : MessageStream(LongestRequest), IDisposable
    {
        private readonly CancellationTokenSource _givenUp = new();

        public CancellationToken GivenUp => _givenUp.Token;

        public void Dispose() => _givenUp.Dispose();

        protected override void OnMessage(Http2Message message) => _ = Task.Run(() => server.Answer(this, message));

        protected internal override void OnReset(Http2ErrorCode code, string reason)
        {
            try
            {
                _givenUp.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // Answered in the same moment.
            }
        }
    }
}
