using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Sidecars.Hosting.Http;

/// <summary>
/// One client connection: reads heads, lets the routes answer, writes answers, until the client or a limit ends it. Pipelined
/// requests are answered in order. The receive buffer is the only memory a silent client holds.
/// </summary>
internal sealed partial class DiagnosticsConnection(
    Socket socket, DiagnosticsRoutes routes, DiagnosticsLimits limits, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>While a request is being answered, instead of a timestamp.</summary>
    private const long Answering = long.MaxValue;

    /// <summary>When it has been given up, instead of a timestamp.</summary>
    private const long GivenUp = long.MinValue;

    /// <summary>Enough for what a kubelet or a scraper sends; it grows to the limit for others.</summary>
    private const int FirstBufferSize = 512;

    private byte[] _buffer = []; // made when its client is served: a crowd that is still in line costs nothing
    private int _received;
    private long _waitingSince = time.GetTimestamp();

    /// <summary>When it began to wait for its client, as a timestamp; null while a request is being answered.</summary>
    public long? WaitingSince => Interlocked.Read(ref _waitingSince) is var since and not Answering ? since : null;

    /// <summary>Gives it up, for its owner to dispose, if it still waits for its client since then. It answers nothing any more.</summary>
    public bool TryGiveUp(long since) => Interlocked.CompareExchange(ref _waitingSince, GivenUp, since) == since;

    public async Task Serve(CancellationToken closing)
    {
        try
        {
            socket.NoDelay = true;
            while (await NextRequest(closing) is { } length && await AnswerOne(length, closing))
                Interlocked.Exchange(ref _waitingSince, time.GetTimestamp());
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The client went away, took too long, or the server is closing: nobody is left to tell.
            Log.Ended(logger, e.Message);
        }
        finally
        {
            Dispose();
        }
    }

    // Disposing twice is harmless, and the server does it to throw a waiting client out.
    public void Dispose() => socket.Dispose();

    // The length of the next complete head in the buffer, null when the client is done or was told what is wrong.
    private async ValueTask<int?> NextRequest(CancellationToken closing)
    {
        var length = RequestHead.Length(_buffer.AsSpan(0, _received));
        if (length > 0) return length;
        var idle = _received == 0;
        using var limit = new TimeLimit(idle ? limits.IdleTime : limits.RequestHeadTime, time, closing);
        while (true)
        {
            if (_received == limits.RequestHeadBytes)
            {
                await Refuse(431, "Request header fields are too large\n", closing);
                return null;
            }
            if (_received == _buffer.Length) Array.Resize(ref _buffer, Math.Min(Math.Max(FirstBufferSize, 2 * _buffer.Length), limits.RequestHeadBytes));
            var read = await socket.ReceiveAsync(_buffer.AsMemory(_received), limit.Token);
            if (read == 0) return null;
            if (idle) limit.Restart(limits.RequestHeadTime);
            idle = false;
            _received += read;
            length = RequestHead.Length(_buffer.AsSpan(0, _received));
            if (length > 0) return length;
        }
    }

    // True when the connection can take another request.
    private async ValueTask<bool> AnswerOne(int length, CancellationToken closing)
    {
        var since = Interlocked.Read(ref _waitingSince);
        if (since == GivenUp || Interlocked.CompareExchange(ref _waitingSince, Answering, since) != since) return false;
        var request = RequestHead.Parse(_buffer.AsSpan(0, length));
        _buffer.AsSpan(length, _received - length).CopyTo(_buffer);
        _received -= length;
        if (request is null)
        {
            await Refuse(400, "Bad Request\n", closing);
            return false;
        }
        var response = await Run(request, closing);
        await Send(response, request.Persistence, request.IsHead, closing);
        return request.KeepAlive;
    }

    private async ValueTask<DiagnosticsResponse> Run(DiagnosticsRequest request, CancellationToken closing)
    {
        using var aborted = CancellationTokenSource.CreateLinkedTokenSource(closing);
        var response = new DiagnosticsResponse();
        try
        {
            var answer = routes.Answer(request, response, aborted.Token);
            if (answer.IsCompleted)
            {
                await answer;
                return response;
            }
            await WhileClientStays(answer.AsTask(), aborted);
            return response;
        }
        catch (Exception e) when (e is not OperationCanceledException || !aborted.IsCancellationRequested)
        {
            Log.HandlerFailed(logger, e, request.Path);
            response = new DiagnosticsResponse();
            response.WriteText(500, "internal server error\n");
            return response;
        }
    }

    // A slow handler learns that its client is gone: an empty receive completes on new bytes (a pipelined request) and on the end.
    private async Task WhileClientStays(Task answer, CancellationTokenSource aborted)
    {
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(aborted.Token);
        var heard = socket.ReceiveAsync(Memory<byte>.Empty, watching.Token).AsTask();
        if (await Task.WhenAny(answer, heard) == heard && (!heard.IsCompletedSuccessfully || socket.Available == 0))
            await aborted.CancelAsync();
        await watching.CancelAsync();
        await heard.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await answer;
    }

    private async ValueTask Refuse(int status, string text, CancellationToken closing)
    {
        var response = new DiagnosticsResponse();
        response.WriteText(status, text);
        await Send(response, "Connection: close\r\n", headOnly: false, closing);
    }

    private async ValueTask Send(DiagnosticsResponse response, string persistence, bool headOnly, CancellationToken closing)
    {
        using var limit = new TimeLimit(limits.ResponseTime, time, closing);
        var head = ResponseHead.Compose(response, persistence, time.GetUtcNow());
        // One segment for the usual small answer: head and body leave together.
        byte[] message = headOnly ? head : [.. head, .. response.WrittenBody.Span];
        for (var rest = message.AsMemory(); !rest.IsEmpty;) rest = rest[await socket.SendAsync(rest, limit.Token)..];
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Trace, "HTTP connection ended: {reason}")]
        public static partial void Ended(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Error, "HTTP handler failed: {path}")]
        public static partial void HandlerFailed(ILogger logger, Exception err, string path);
    }
}
