using System.Globalization;
using Sidecars.Hosting.Http2.Hpack;

namespace Sidecars.Hosting.Http2;

/// <summary>
/// The asking side: sends requests with a body in memory and gives back whole answers. Requests may overlap, as many as the peer allows; it refuses what is more. It does not connect, and does
/// not connect anew: a connection that is over stays over, and <see cref="Over"/> says so at once, also while nothing is asked.
/// </summary>
public sealed class Http2Client : Http2Connection
{
    /// <summary>Answers are small; a longer one is refused.</summary>
    private const int LongestAnswer = 4 * 1024 * 1024;

    private readonly SemaphoreSlim _opening = new(1, 1);
    // The preface goes before everything else.
    private readonly TaskCompletionSource _greeted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _unusable = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _next = 1;
    private volatile string? _goodbye;

    /// <summary>Takes over a connected transport and greets the peer.</summary>
    public Http2Client(Stream transport) : base(transport) => Over = Task.Run(() => RunAsync(CancellationToken.None));

    /// <summary>Completes, with the reason where it was broken, when the connection is over; it never fails.</summary>
    public Task<string?> Over { get; }

    /// <summary>Completes when nothing can be asked any more: the server said goodbye, or the connection ends. Before any call fails for it.</summary>
    public Task Unusable => _unusable.Task;

    /// <summary>
    /// Asks. Where <paramref name="stop"/> is asked for, the peer is told and the call ends with <see cref="OperationCanceledException"/>.
    /// </summary>
    /// <exception cref="IOException">The connection is over, or the peer broke the exchange off; the message says why.</exception>
    public async Task<Http2Message> AskAsync(IReadOnlyList<HeaderField> fields, ReadOnlyMemory<byte> body, CancellationToken stop)
    {
        var call = new Call();
        var frames = new FrameWriter();
        await _greeted.Task.WaitAsync(stop);
        await _opening.WaitAsync(stop);
        try
        {
            if (_goodbye is { } reason) throw new IOException(reason);
            if (!Open(call, _next)) throw new IOException("the connection is over");
            _next += 2;
            // Streams open in the order of their numbers, so the head goes out before the next may have one.
            await Write(frames.Headers(call.Id, fields, endStream: body.IsEmpty), CancellationToken.None);
        }
        finally
        {
            _opening.Release();
        }
        try
        {
            if (body.IsEmpty) EndLocal(call);
            else await SendBody(call, new FrameWriter(), body, null, stop);
            return await call.Answer.WaitAsync(stop);
        }
        catch (OperationCanceledException)
        {
            await GiveUp(call);
            throw;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) _opening.Dispose();
    }

    private protected override async Task Greet(FrameReader reader, CancellationToken stop)
    {
        try
        {
            var settings = new FrameWriter().Raw(Preface).Settings((Http2Setting.EnablePush, 0), (Http2Setting.MaxHeaderListSize, LongestHeaders));
            await Write(settings, stop);
        }
        finally
        {
            _greeted.SetResult();
        }
    }

    private protected override Http2Stream? Accept(int id) => throw Broken($"stream {id}, which only we may open");

    private protected override bool IsIdle(int stream) => stream % 2 is 0 ? stream > 0 : stream >= Volatile.Read(ref _next);

    private protected override void OnGoAway(int last, string reason)
    {
        _goodbye = reason.Length > 0 ? $"the server said goodbye: {reason}" : "the server said goodbye";
        _unusable.TrySetResult();
        Abandon(last, _goodbye);
    }

    private protected override void OnClosing() => _unusable.TrySetResult();

    private async Task GiveUp(Call call)
    {
        try
        {
            await Reset(call.Id, Http2ErrorCode.Cancel, "given up", CancellationToken.None);
        }
        catch (IOException)
        {
            // Nobody is left to be told.
        }
    }

    private sealed class Call() : MessageStream(LongestAnswer)
    {
        private readonly TaskCompletionSource<Http2Message> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Http2Message> Answer => _answer.Task;

        protected override void OnMessage(Http2Message message) => _answer.TrySetResult(message);

        protected override bool IsInterim(IReadOnlyList<HeaderField> fields) =>
            fields.Any(f => f.Name is ":status" && int.TryParse(f.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status < 200);

        protected internal override void OnReset(Http2ErrorCode code, string reason) => _answer.TrySetException(new Http2ResetException(code, reason));
    }
}
