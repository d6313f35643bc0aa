using System.Buffers;
using System.Text.Json.Serialization.Metadata;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Watching;

/// <summary>
/// One open watch: hands out its lines one by one, straight from the bytes of the connection. Every end of the stream is a line
/// too (closed, broken, silent, garbled), so that a reader needs no exception handling. While it streams a list it may not fall
/// silent; after that it may, until the server must have closed it.
/// </summary>
internal sealed class WatchStream<T> : IAsyncDisposable where T : KubeObject
{
    /// <summary>What the server may be late in closing a stream before it counts as silent: the close itself may never arrive.</summary>
    private static readonly TimeSpan s_silenceMargin = TimeSpan.FromSeconds(5);

    private readonly AnswerBody _body;
    private readonly WatchLineParser<T> _parser;
    private readonly TimeSpan _limit;
    private readonly TimeSpan? _listSilence;
    private readonly TimeProvider _time;
    private readonly long _opened;
    private bool _isListing;

    private WatchStream(AnswerBody body, JsonTypeInfo<T> item, TimeSpan limit, TimeSpan? listSilence, TimeProvider time)
    {
        (_body, _limit, _listSilence, _time, _isListing) = (body, limit, listSilence, time, listSilence is not null);
        _parser = new WatchLineParser<T>(item);
        _opened = time.GetTimestamp();
        if (!_isListing) ExpectTheEnd();
    }

    /// <summary>How long the stream has been open.</summary>
    public TimeSpan Age => _time.GetElapsedTime(_opened);

    /// <summary>Whether it was open for as long as the server was asked to keep it open.</summary>
    public bool IsOver => Age >= _limit;

    /// <summary>Events handed out so far, bookmarks included.</summary>
    public int Events { get; private set; }

    /// <summary>Starts reading an answer.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="item">Reader of the objects.</param>
    /// <param name="limit">How long the server was asked to keep it open.</param>
    /// <param name="listSilence">How long nothing may come before the list is at its end; null where none is streamed.</param>
    /// <param name="time">Clock.</param>
    /// <param name="stop">Ends the reading.</param>
    public static async Task<WatchStream<T>> From(
        HttpResponseMessage response, JsonTypeInfo<T> item, TimeSpan limit, TimeSpan? listSilence, TimeProvider time, CancellationToken stop) =>
        new(await AnswerBody.Open(response, time, stop), item, limit, listSilence, time);

    public async ValueTask<WatchLine<T>> Next()
    {
        while (true)
        {
            if (TakeLine(out var line, out var isWhole))
            {
                if (line.IsEmpty) continue;
                Events++;
                var parsed = _parser.Parse(line);
                // Half a line at the end was cut off, not garbled: the next stream brings it whole.
                if (parsed.Kind is WatchLineKind.Garbled && !isWhole) return Broke("the stream ended in the middle of a line");
                if (parsed.Kind is WatchLineKind.InitialListEnd && _isListing)
                {
                    _isListing = false;
                    ExpectTheEnd();
                }
                return parsed;
            }
            if (_body.IsComplete) return new(WatchLineKind.Ended);
            if (_isListing) _body.ExpectWithin(_listSilence!.Value);
            if (await _body.More() is { } broken) return new(WatchLineKind.Broken, Failure: broken);
        }
    }

    public ValueTask DisposeAsync() => _body.DisposeAsync();

    private static WatchLine<T> Broke(string why) => new(WatchLineKind.Broken, Failure: ApiFailure.WithoutAnswer(why));

    private void ExpectTheEnd()
    {
        var left = _limit + s_silenceMargin - Age;
        _body.ExpectWithin(left > s_silenceMargin ? left : s_silenceMargin);
    }

    private bool TakeLine(out ReadOnlySequence<byte> line, out bool isWhole)
    {
        var rest = _body.Rest;
        if (rest.PositionOf((byte)'\n') is { } end)
        {
            (line, isWhole) = (rest.Slice(0, end), true);
            _body.Take(rest.GetPosition(1, end));
            return true;
        }
        // The last line of a closed stream may lack its end.
        (line, isWhole) = (rest, false);
        if (!_body.IsComplete || rest.IsEmpty) return false;
        _body.Take(rest.End);
        return true;
    }
}
