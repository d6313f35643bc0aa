using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Json;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Watching;

/// <summary>
/// One page of a list, handed out object by object as its bytes come: neither the page nor its bytes are ever held as a whole, and an
/// object that cannot be read is passed by without harm to the others. Whatever goes wrong with the page itself is a value.
/// </summary>
internal sealed class ListPage<T>(AnswerBody body, JsonTypeInfo<T> item, TimeSpan silence) : IAsyncDisposable where T : KubeObject
{
    private enum Place
    {
        Start,
        Members,
        Metadata,
        Items,
        AnItem,
        OtherMember,
        End,
    }

    private Place _place;
    private JsonReaderState _json = new(UnreadableObject.Reading);
    private long _read; // how far the JSON reader is into the rest of the body
    private long _value = -1; // where the value begins that it is in the middle of; -1 is none
    private int _depth; // of that value
    private bool _hasItems;

    /// <summary>Version and next page, once the page is at its end.</summary>
    public ListMeta Metadata { get; private set; } = new();

    public async ValueTask<WatchLine<T>> Next()
    {
        while (true)
        {
            try
            {
                if (Advance(out var line)) return line;
            }
            catch (JsonException e)
            {
                return new(WatchLineKind.Garbled, Failure: ApiFailure.WithoutAnswer($"the list cannot be read: {e.Message}"));
            }
            if (body.IsComplete && _place is Place.End) return End();
            if (body.IsComplete) return new(WatchLineKind.Broken, Failure: ApiFailure.WithoutAnswer("the answer ended in the middle of the list"));
            Release();
            body.ExpectWithin(silence);
            if (await body.More() is not { } broken) continue;
            // The list itself had come: that the connection broke behind it is no harm.
            return _place is Place.End ? End() : new(WatchLineKind.Broken, Failure: broken);
        }
    }

    public ValueTask DisposeAsync() => body.DisposeAsync();

    private WatchLine<T> End() => _hasItems
        ? new(WatchLineKind.Ended)
        : new(WatchLineKind.Garbled, Failure: ApiFailure.WithoutAnswer("the answer is no list"));

    /// <summary>Reads on in what has come. True when there is something to hand out; false when more must come first.</summary>
    private bool Advance(out WatchLine<T> line)
    {
        line = default;
        if (_place is Place.End) return false;
        var rest = body.Rest;
        var reader = new Utf8JsonReader(rest.Slice(_read), isFinalBlock: false, _json);
        var isFound = false;
        while (!isFound && _place is not Place.End && reader.Read())
        {
            if (!IsWhole(reader, out var from)) continue;
            var value = from < 0 ? default : rest.Slice(from, _read + reader.BytesConsumed - from);
            isFound = Take(ref reader, value, out line);
        }
        (_json, _read) = (reader.CurrentState, _read + reader.BytesConsumed);
        return isFound;
    }

    /// <summary>Whether the token ends a value that matters, or is one by itself; in the middle of a value there is nothing to do.</summary>
    private bool IsWhole(in Utf8JsonReader reader, out long from)
    {
        from = -1;
        var opens = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
        if (_value < 0)
        {
            // The document and the list of items are gone into; what stands in them is looked at as a whole.
            if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.EndObject or JsonTokenType.EndArray) return true;
            if (_place is Place.Start || (_place is Place.Items && opens)) return true;
            from = _read + reader.TokenStartIndex;
            if (!opens) return true;
            (_value, _depth) = (from, reader.CurrentDepth);
            return false;
        }
        if (opens || reader.CurrentDepth != _depth || reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray)) return false;
        (from, _value) = (_value, -1);
        return true;
    }

    private bool Take(ref Utf8JsonReader reader, in ReadOnlySequence<byte> value, out WatchLine<T> line)
    {
        line = default;
        switch (_place)
        {
            case Place.Start:
                _place = reader.TokenType is JsonTokenType.StartObject ? Place.Members : throw new JsonException("it is no object");
                return false;
            case Place.Members:
                _place = reader.TokenType is JsonTokenType.EndObject ? Place.End
                    : reader.ValueTextEquals("items"u8) ? Place.Items
                    : reader.ValueTextEquals("metadata"u8) ? Place.Metadata
                    : Place.OtherMember;
                return false;
            case Place.Items:
                if (reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.Null)) throw new JsonException("its items are no list");
                (_hasItems, _place) = (true, reader.TokenType is JsonTokenType.StartArray ? Place.AnItem : Place.Members);
                return false;
            case Place.Metadata:
            {
                using var whole = new WholeBytes(value);
                Metadata = JsonSerializer.Deserialize(whole.Span, KubeJson.Default.ListMeta) ?? new();
                _place = Place.Members;
                return false;
            }
            case Place.AnItem when value.IsEmpty:
                _place = Place.Members; // the end of the items
                return false;
            case Place.AnItem:
                line = Read(value);
                return true;
            default:
                _place = Place.Members;
                return false;
        }
    }

    private WatchLine<T> Read(in ReadOnlySequence<byte> value)
    {
        using var whole = new WholeBytes(value);
        try
        {
            var read = JsonSerializer.Deserialize(whole.Span, item) ?? throw new JsonException("there is none");
            return new(WatchLineKind.Added, read, read.Metadata.ResourceVersion);
        }
        catch (Exception e) when (UnreadableObject.IsSaidBy(e))
        {
            return new(WatchLineKind.Unreadable, ReadablePart.Of(whole.Span, item), Unreadable: UnreadableObject.Of(whole.Span, e));
        }
    }

    /// <summary>Gives back what was read, but for the beginning of a value whose end is still to come.</summary>
    private void Release()
    {
        var upTo = _value < 0 ? _read : _value;
        body.Take(body.Rest.GetPosition(upTo));
        _read -= upTo;
        if (_value > 0) _value = 0;
    }
}
