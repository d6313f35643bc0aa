using Sidecars.Hosting.Http2.Hpack;

namespace Sidecars.Hosting.Http2;

/// <summary>
/// The asking side of one connection with prior knowledge (RFC 9113), without TLS: sends requests with a body in memory and gives back whole
/// answers. Requests may overlap, as many as the server allows; it refuses what is more. It does not connect, and does not connect anew: a
/// connection that is over stays over, and <see cref="Over"/> says so at once, also while nothing is asked. It exists because the class
/// library's client weighs more than the whole program it would serve here.
/// </summary>
public sealed class Http2Client : IDisposable
{
    private const string Closed = "the connection was closed";

    private readonly Stream _transport;
    private readonly Http2Session _session;
    private readonly Lock _lock = new(); // over the session, which knows no threads
#pragma warning disable CA2213 // It has no wait handle, and whoever still sends must be able to let go of it.
    private readonly SemaphoreSlim _sending = new(1, 1);
#pragma warning restore CA2213
    private readonly TaskCompletionSource _greeted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _unusable = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _whyUnusable;
    private bool _isClosed;

    /// <summary>Takes over a connected transport and greets the server.</summary>
    public Http2Client(Stream transport)
    {
        _transport = transport;
        _session = Http2Session.ForClient(MakeUnusableWhileLocked);
        Over = Task.Run(Converse);
    }

    /// <summary>Completes when the server has shown that it speaks HTTP/2, or with <see cref="Over"/>; it never fails. Calls need not wait for it.</summary>
    public Task Greeted => _greeted.Task;

    /// <summary>Completes, with the reason, when the connection is over; it never fails. Of several reasons it is the first.</summary>
    public Task<string> Over { get; }

    /// <summary>Completes when nothing can be asked any more: the server said goodbye, or the connection ends. Before any call fails for it.</summary>
    public Task Unusable => _unusable.Task;

    /// <summary>
    /// Asks. Where <paramref name="stop"/> is asked for, the server is told and the call ends with <see cref="OperationCanceledException"/>.
    /// </summary>
    /// <exception cref="IOException">The connection is over, or the server broke the exchange off; the message says why.</exception>
    public async Task<Http2Message> AskAsync(IReadOnlyList<HeaderField> fields, ReadOnlyMemory<byte> body, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        var call = new ClientCall();
        lock (_lock)
        {
            if (_whyUnusable is not null) throw new IOException(_whyUnusable);
            _session.Streams.Begin(call, [.. fields], body);
        }
        try
        {
            await Send().WaitAsync(stop);
            return await call.Answer.WaitAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            lock (_lock) _session.Streams.GiveUp(call);
            _ = Send();
            throw;
        }
    }

    /// <summary>Ends the connection; what is under way is broken off.</summary>
    public void Dispose() => Close(Closed);

    private async Task<string> Converse()
    {
        try
        {
            await Send();
            while (await Receive()) await Send();
            Close(_session.Error?.Reason ?? Closed);
        }
        catch (IOException e)
        {
            Close(e.Message);
        }
        catch (ObjectDisposedException)
        {
            Close(Closed); // by us, who know why
        }
        lock (_lock) return _whyUnusable!;
    }

    // False at the end of what the server has to say.
    private async Task<bool> Receive()
    {
        if (_session.IsOver) return false;
        var count = await _transport.ReadAsync(_session.Space);
        if (count is 0) return false;
        lock (_lock) _session.Received(count);
        if (_session.IsGreeted) _greeted.TrySetResult();
        return true;
    }

    // Whoever comes while another sends waits for it, so that a server that reads nothing is not read from either. It never fails: the connection does.
    private async Task Send()
    {
        await _sending.WaitAsync();
        try
        {
            while (true)
            {
                ReadOnlyMemory<byte> output;
                lock (_lock) output = _session.TakeOutput();
                if (output.IsEmpty) return;
                await _transport.WriteAsync(output);
            }
        }
        catch (IOException e)
        {
            Close(e.Message);
        }
        catch (ObjectDisposedException)
        {
            // Closed meanwhile.
        }
        finally
        {
            _sending.Release();
        }
    }

    private void Close(string reason)
    {
        lock (_lock)
        {
            if (_isClosed) return;
            _isClosed = true;
            MakeUnusableWhileLocked(reason);
        }
        _greeted.TrySetResult();
        _transport.Dispose();
        // A goodbye that came before says more than the end.
        lock (_lock) _session.Streams.BreakOff(0, new Http2Error(Http2ErrorCode.RefusedStream, _whyUnusable!));
    }

    private void MakeUnusableWhileLocked(string reason)
    {
        _whyUnusable ??= reason;
        _unusable.TrySetResult();
    }
}
