using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Net.Sockets;
using Sidecars.Hosting;

namespace Sidecars.Kubernetes.Http;

/// <summary>
/// The body of an answer that is read as it comes, never as a whole: the reader looks at <see cref="Rest"/>, takes what it has
/// understood, and asks for more. What limits it is silence, not the time it takes, so that a slow reader of a long list gets to its
/// end. Packed bodies are unpacked on the way. That nothing comes, or that the connection breaks, is a value.
/// </summary>
internal sealed class AnswerBody : IAsyncDisposable
{
    private const int BufferSize = 16 * 1024;

    private readonly HttpResponseMessage _response;
    private readonly PipeReader _reader;
    private readonly CancellationTokenSource _silence;
    private readonly CancellationTokenSource _either;
    private readonly CancellationToken _stop;
    private bool _hasRest;

    private AnswerBody(HttpResponseMessage response, Stream content, TimeProvider time, CancellationToken stop)
    {
        (_response, _stop) = (response, stop);
        _reader = PipeReader.Create(content, new StreamPipeReaderOptions(bufferSize: BufferSize));
        _silence = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(stop, _silence.Token);
    }

    /// <summary>What has come and was not taken yet.</summary>
    public ReadOnlySequence<byte> Rest { get; private set; } = ReadOnlySequence<byte>.Empty;

    /// <summary>Whether nothing comes behind <see cref="Rest"/>.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Begins to read.</summary>
    public static async Task<AnswerBody> Open(HttpResponseMessage response, TimeProvider time, CancellationToken stop) =>
        new(response, await ContentOf(response, stop), time, stop);

    /// <summary>The content, unpacked.</summary>
    public static async Task<Stream> ContentOf(HttpResponseMessage response, CancellationToken stop)
    {
        var content = await response.Content.ReadAsStreamAsync(stop);
        return response.Content.Headers.ContentEncoding.Contains("gzip") ? new GZipStream(content, CompressionMode.Decompress) : content;
    }

    /// <summary>Takes the beginning of <see cref="Rest"/>.</summary>
    public void Take(SequencePosition upTo) => Rest = Rest.Slice(upTo);

    /// <summary>Counts anew from now until when something more must have come.</summary>
    public void ExpectWithin(TimeSpan silence) => _silence.CancelAfter(silence < TimeLimit.Longest ? silence : TimeLimit.Longest);

    /// <summary>Waits until more has come, or the end. Null is success. Throws only when the reader is to stop.</summary>
    public async ValueTask<ApiFailure?> More()
    {
        try
        {
            if (_hasRest) _reader.AdvanceTo(Rest.Start, Rest.End);
            _hasRest = false;
            var read = await _reader.ReadAsync(_either.Token);
            (Rest, _hasRest, IsComplete) = (read.Buffer, true, read.IsCompleted);
            return null;
        }
        catch (OperationCanceledException) when (_silence.IsCancellationRequested && !_stop.IsCancellationRequested)
        {
            return ApiFailure.WithoutAnswer("nothing came any more within the time limit");
        }
        catch (Exception e) when (IsBroken(e) && !_stop.IsCancellationRequested)
        {
            return ApiFailure.WithoutAnswer(e.InnerException?.Message ?? e.Message);
        }
        catch (Exception e) when (IsBroken(e))
        {
            throw new OperationCanceledException(e.Message, e, _stop); // cut by our own end
        }
    }

    public async ValueTask DisposeAsync()
    {
        _silence.Dispose();
        _either.Dispose();
        await _reader.CompleteAsync();
        _response.Dispose();
    }

    private static bool IsBroken(Exception e) => e is IOException or HttpRequestException or SocketException or InvalidDataException;
}
