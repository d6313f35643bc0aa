using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json.Serialization.Metadata;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Watching;

/// <summary>
/// One open watch: hands out its lines one by one, straight from the bytes of the connection. Every end of the stream is a line
/// too (closed, broken, silent, garbled), so that a reader needs no exception handling.
/// </summary>
internal sealed class WatchStream<T> : IAsyncDisposable where T : KubeObject
{
    private readonly HttpResponseMessage _response;
    private readonly PipeReader _reader;
    private readonly WatchLineParser<T> _parser;
    private readonly CancellationTokenSource _silence;
    private readonly CancellationTokenSource _stop;
    private readonly CancellationToken _asked;
    private readonly TimeSpan _limit;
    private readonly TimeProvider _time;
    private readonly long _opened;
    private ReadOnlySequence<byte> _buffer;
    private bool _hasBuffer;
    private bool _isComplete;

    private WatchStream(HttpResponseMessage response, Stream body, JsonTypeInfo<T> item, TimeSpan limit, TimeProvider time, CancellationToken stop)
    {
        (_response, _limit, _time, _asked) = (response, limit, time, stop);
        _parser = new WatchLineParser<T>(item);
        _reader = PipeReader.Create(body, new StreamPipeReaderOptions(bufferSize: 16 * 1024));
        _silence = new CancellationTokenSource(limit, time);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stop, _silence.Token);
        _opened = time.GetTimestamp();
    }

    /// <summary>How long the stream has been open.</summary>
    public TimeSpan Age => _time.GetElapsedTime(_opened);

    /// <summary>Events handed out so far, bookmarks included.</summary>
    public int Events { get; private set; }

    /// <summary>Starts reading an answer; <paramref name="limit"/> is when the server must have closed it by itself.</summary>
    public static async Task<WatchStream<T>> From(HttpResponseMessage response, JsonTypeInfo<T> item, TimeSpan limit, TimeProvider time, CancellationToken stop) =>
        new(response, await response.Content.ReadAsStreamAsync(stop), item, limit, time, stop);

    public async ValueTask<WatchLine<T>> Next()
    {
        try
        {
            while (true)
            {
                if (_hasBuffer && TakeLine(out var line, out var isWhole))
                {
                    if (line.IsEmpty) continue;
                    Events++;
                    var parsed = _parser.Parse(line);
                    // Half a line at the end was cut off, not garbled: the next stream brings it whole.
                    return parsed.Kind is WatchLineKind.Garbled && !isWhole ? Broke("the stream ended in the middle of a line") : parsed;
                }
                if (_isComplete) return new(WatchLineKind.Ended);
                if (_hasBuffer) _reader.AdvanceTo(_buffer.Start, _buffer.End);
                var read = await _reader.ReadAsync(_stop.Token);
                (_buffer, _hasBuffer, _isComplete) = (read.Buffer, true, read.IsCompleted);
            }
        }
        catch (OperationCanceledException) when (_silence.IsCancellationRequested && !_asked.IsCancellationRequested)
        {
            return Broke($"no end of the stream within {_limit.TotalSeconds:0} s, though the server was asked for one");
        }
        catch (Exception e) when (e is IOException or HttpRequestException && !_asked.IsCancellationRequested)
        {
            return Broke(e.InnerException?.Message ?? e.Message);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new OperationCanceledException(e.Message, e, _asked); // cut by our own end
        }
    }

    public async ValueTask DisposeAsync()
    {
        _silence.Dispose();
        _stop.Dispose();
        await _reader.CompleteAsync();
        _response.Dispose();
    }

    private static WatchLine<T> Broke(string why) => new(WatchLineKind.Broken, Failure: ApiFailure.WithoutAnswer(why));

    private bool TakeLine(out ReadOnlySequence<byte> line, out bool isWhole)
    {
        if (_buffer.PositionOf((byte)'\n') is { } end)
        {
            (line, isWhole) = (_buffer.Slice(0, end), true);
            _buffer = _buffer.Slice(_buffer.GetPosition(1, end));
            return true;
        }
        // The last line of a closed stream may lack its end.
        (line, isWhole) = (_buffer, false);
        if (!_isComplete || _buffer.IsEmpty) return false;
        _buffer = _buffer.Slice(_buffer.End);
        return true;
    }
}
