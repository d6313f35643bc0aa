using System.IO.Pipelines;
using Sidecars.Tests.Support;

namespace Sidecars.Csi.Tests.Connection;

public sealed class ConnectionLossStreamTests
{
    private readonly List<string> _ends = [];
    private readonly Pipe _pipe = new();

    [Test]
    public async Task Bytes_pass_and_nothing_is_reported()
    {
        await using var stream = new ConnectionLossStream(_pipe.Reader.AsStream(), _ends.Add);
        await _pipe.Writer.WriteAsync(new byte[] { 1, 2, 3 }).WithinLimit();

        var buffer = new byte[8];
        Assert.That(await stream.ReadAsync(buffer).WithinLimit(), Is.EqualTo(3));
        Assert.That(_ends, Is.Empty);
    }

    [Test]
    public async Task The_end_of_a_pending_read_is_reported_once()
    {
        await using var stream = new ConnectionLossStream(_pipe.Reader.AsStream(), _ends.Add);
        var pending = stream.ReadAsync(new byte[8]).AsTask();
        Assert.That(_ends, Is.Empty);

        await _pipe.Writer.CompleteAsync().WithinLimit();

        Assert.That(await pending.WithinLimit(), Is.Zero);
        Assert.That(await stream.ReadAsync(new byte[8]).WithinLimit(), Is.Zero);
        await stream.DisposeAsync();
        Assert.That(_ends, Is.EqualTo(new[] { "the driver closed it" }));
    }

    [Test]
    public async Task An_error_of_a_read_is_reported_with_its_reason()
    {
        await using var stream = new ConnectionLossStream(_pipe.Reader.AsStream(), _ends.Add);
        await _pipe.Writer.CompleteAsync(new IOException("reset by peer")).WithinLimit();

        await Assert.ThrowsAsync<IOException>(async () => await stream.ReadAsync(new byte[8]).WithinLimit());
        Assert.That(_ends, Is.EqualTo(new[] { "reset by peer" }));
    }

    [Test]
    public async Task An_empty_read_is_only_a_question()
    {
        await using var stream = new ConnectionLossStream(new MemoryStream([1]), _ends.Add);
        Assert.That(await stream.ReadAsync(Memory<byte>.Empty).WithinLimit(), Is.Zero);
        Assert.That(_ends, Is.Empty);
    }

    [Test]
    public async Task A_cancelled_read_is_no_end()
    {
        await using var stream = new ConnectionLossStream(_pipe.Reader.AsStream(), _ends.Add);
        using var stop = new CancellationTokenSource();
        var pending = stream.ReadAsync(new byte[8], stop.Token).AsTask();
        await stop.CancelAsync();

        await Assert.CatchAsync<OperationCanceledException>(() => pending.WithinLimit());
        Assert.That(_ends, Is.Empty);
    }

    [Test]
    public void Disposal_by_the_HTTP_layer_is_an_end()
    {
        new ConnectionLossStream(new MemoryStream(), _ends.Add).Dispose();
        Assert.That(_ends, Has.Count.EqualTo(1));
    }
}
