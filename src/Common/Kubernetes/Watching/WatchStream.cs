using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Json;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Watching;

/// <summary>
/// One open watch: hands out its lines one by one, each parsed once, straight from the bytes of the connection. Every end of
/// the stream is a line too (closed, broken, silent), so that a reader needs no exception handling.
/// </summary>
internal sealed class WatchStream<T> : IAsyncDisposable where T : KubeObject
{
    private const string InitialEventsEnd = "k8s.io/initial-events-end";

    private readonly HttpResponseMessage _response;
    private readonly PipeReader _reader;
    private readonly JsonTypeInfo<T> _item;
    private readonly CancellationTokenSource _silence;
    private readonly CancellationTokenSource _stop;
    private readonly TimeSpan _limit;
    private readonly TimeProvider _time;
    private readonly long _opened;
    private ReadOnlySequence<byte> _buffer;
    private bool _hasBuffer;
    private bool _isComplete;

    private WatchStream(HttpResponseMessage response, Stream body, JsonTypeInfo<T> item, TimeSpan limit, TimeProvider time, CancellationToken stop)
    {
        (_response, _item, _limit, _time) = (response, item, limit, time);
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
                if (_hasBuffer && TakeLine(out var line))
                {
                    if (line.IsEmpty) continue;
                    Events++;
                    return Parse(line);
                }
                if (_isComplete) return new(WatchLineKind.Ended);
                if (_hasBuffer) _reader.AdvanceTo(_buffer.Start, _buffer.End);
                var read = await _reader.ReadAsync(_stop.Token);
                (_buffer, _hasBuffer, _isComplete) = (read.Buffer, true, read.IsCompleted);
            }
        }
        catch (OperationCanceledException) when (_silence.IsCancellationRequested)
        {
            return Broke($"no end of the stream within {_limit.TotalSeconds:0} s, though the server was asked for one");
        }
        catch (Exception e) when (e is IOException or HttpRequestException or JsonException or InvalidOperationException)
        {
            return Broke(e.InnerException?.Message ?? e.Message);
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

    private bool TakeLine(out ReadOnlySequence<byte> line)
    {
        if (_buffer.PositionOf((byte)'\n') is { } end)
        {
            line = _buffer.Slice(0, end);
            _buffer = _buffer.Slice(_buffer.GetPosition(1, end));
            return true;
        }
        // The last line of a closed stream may lack its end; half a line cannot be parsed, and is then a broken stream.
        line = _buffer;
        if (!_isComplete || _buffer.IsEmpty) return false;
        _buffer = _buffer.Slice(_buffer.End);
        return true;
    }

    private WatchLine<T> Parse(in ReadOnlySequence<byte> line)
    {
        var kind = KindOf(line, out var bodyAt);
        var reader = new Utf8JsonReader(line.Slice(bodyAt));
        switch (kind)
        {
            case WatchLineKind.Bookmark:
                var mark = JsonSerializer.Deserialize(ref reader, KubeJson.Default.MetadataOnly);
                var isEnd = mark?.Annotation(InitialEventsEnd) is "true";
                return new(isEnd ? WatchLineKind.InitialListEnd : WatchLineKind.Bookmark, Version: mark?.Metadata.ResourceVersion ?? 0);
            case WatchLineKind.Error:
                var status = JsonSerializer.Deserialize(ref reader, KubeJson.Default.Status);
                return new(WatchLineKind.Error, Failure: ApiFailure.FromStatus(status?.Code ?? 500, status, null));
            default:
                var item = JsonSerializer.Deserialize(ref reader, _item) ?? throw new JsonException("a watch event without an object");
                return new(kind, item, item.Metadata.ResourceVersion);
        }
    }

    /// <summary>Finds the type of the event and where its object begins; the server may write the two in either order.</summary>
    private static WatchLineKind KindOf(in ReadOnlySequence<byte> line, out long bodyAt)
    {
        var reader = new Utf8JsonReader(line);
        WatchLineKind? kind = null;
        bodyAt = -1;
        reader.Read();
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                kind = reader.ValueTextEquals("ADDED"u8) ? WatchLineKind.Added
                    : reader.ValueTextEquals("MODIFIED"u8) ? WatchLineKind.Modified
                    : reader.ValueTextEquals("DELETED"u8) ? WatchLineKind.Deleted
                    : reader.ValueTextEquals("BOOKMARK"u8) ? WatchLineKind.Bookmark
                    : reader.ValueTextEquals("ERROR"u8) ? WatchLineKind.Error
                    : throw new JsonException($"an event of unknown type \"{reader.GetString()}\"");
                if (bodyAt >= 0) break;
            }
            else if (reader.ValueTextEquals("object"u8))
            {
                reader.Read();
                bodyAt = reader.TokenStartIndex;
                if (kind is not null) break; // the usual order: the object itself is parsed once, by the caller
                reader.Skip();
            }
            else
            {
                reader.Skip();
            }
        }
        if (kind is null || bodyAt < 0) throw new JsonException("a watch line without type or object");
        return kind.Value;
    }
}
