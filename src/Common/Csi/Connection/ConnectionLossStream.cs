namespace Sidecars.Csi;

/// <summary>
/// A connection that tells when it ends. HTTP/2 keeps one read pending for as long as the connection lives, so the end of the stream, an
/// error on it, or its disposal by the HTTP layer is the moment the driver went away, also while no call runs. Reports once, whatever comes
/// first; whether that is a loss or our own farewell is for the owner to know.
/// </summary>
internal sealed class ConnectionLossStream(Stream inner, Action<string> onEnd) : Stream
{
    private int _ended;

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            var count = await inner.ReadAsync(buffer, cancellationToken);
            // A read of nothing only asks whether data is there; it returns 0 without meaning the end.
            if (count == 0 && buffer.Length > 0) End("the driver closed it");
            return count;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            End(e.Message);
            throw;
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await inner.WriteAsync(buffer, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            End(e.Message);
            throw;
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);
    public override void Flush() => inner.Flush();

    // The HTTP layer never reads or writes synchronously; a caller that did would escape the watch.
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            End("the driver said goodbye");
        }

        base.Dispose(disposing);
    }

    private void End(string reason)
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0) onEnd(reason);
    }
}
