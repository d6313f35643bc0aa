using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Json;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Watching;

/// <summary>
/// Reads one line of a watch, <c>{"type":...,"object":...}</c> with the two in either order, into a typed object. The object's
/// bytes are read once; an object that cannot be read is a value, <see cref="WatchLineKind.Unreadable"/>, and so is a line that cannot be
/// understood, <see cref="WatchLineKind.Garbled"/>.
/// </summary>
internal sealed class WatchLineParser<T>(JsonTypeInfo<T> item) where T : KubeObject
{
    private const string InitialEventsEnd = "k8s.io/initial-events-end";

    public WatchLine<T> Parse(in ReadOnlySequence<byte> line)
    {
        using var whole = new WholeBytes(line);
        return Parse(whole.Span, objectIsLast: true);
    }

    /// <param name="line">The line.</param>
    /// <param name="objectIsLast">Whether nothing is expected behind the object, which saves reading it a first time to find its end.</param>
    private WatchLine<T> Parse(ReadOnlySpan<byte> line, bool objectIsLast)
    {
        WatchLineKind? kind = null;
        ReadOnlySpan<byte> body = default;
        try
        {
            kind = KindOf(line, objectIsLast, out body);
            switch (kind)
            {
                case WatchLineKind.Bookmark:
                    var mark = Read(body, KubeJson.Default.MetadataOnly);
                    var isEnd = mark.Annotation(InitialEventsEnd) is "true";
                    return new(isEnd ? WatchLineKind.InitialListEnd : WatchLineKind.Bookmark, Version: mark.Metadata.ResourceVersion);
                case WatchLineKind.Error:
                    var status = Read(body, KubeJson.Default.Status);
                    return new(WatchLineKind.Error, Failure: ApiFailure.FromStatus(status.Code > 0 ? status.Code : 500, status, null));
                default:
                    var subject = Read(body, item);
                    return new(kind.Value, subject, subject.Metadata.ResourceVersion);
            }
        }
        catch (Exception e) when (UnreadableObject.IsSaidBy(e))
        {
            if (objectIsLast) return Parse(line, objectIsLast: false);
            if (kind is not (WatchLineKind.Added or WatchLineKind.Modified or WatchLineKind.Deleted)) return Garbled(e.Message);
            var unreadable = UnreadableObject.Of(body, e);
            // Without a name nobody can tell whose change is lost: only a list gets past that.
            return unreadable.Key.Name.Length is 0 ? Garbled(e.Message)
                : kind is WatchLineKind.Deleted ? new(WatchLineKind.DeletedUnreadable, Version: unreadable.Version, Unreadable: unreadable)
                : new(WatchLineKind.Unreadable, ReadablePart.Of(body, item), unreadable.Version, Unreadable: unreadable);
        }
    }

    private static WatchLine<T> Garbled(string why) => new(WatchLineKind.Garbled, Failure: ApiFailure.WithoutAnswer($"a line of the watch cannot be read: {why}"));

    private static TValue Read<TValue>(ReadOnlySpan<byte> body, JsonTypeInfo<TValue> type) where TValue : class =>
        JsonSerializer.Deserialize(body, type) ?? throw new JsonException("an event without an object");

    /// <summary>Finds the type of the event and the bytes of its object.</summary>
    private static WatchLineKind KindOf(ReadOnlySpan<byte> line, bool objectIsLast, out ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(line, UnreadableObject.Reading);
        WatchLineKind? kind = null;
        body = default;
        reader.Read();
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                kind = KindOf(ref reader);
                if (!body.IsEmpty) return kind.Value;
            }
            else if (reader.ValueTextEquals("object"u8))
            {
                reader.Read();
                var from = (int)reader.TokenStartIndex;
                if (objectIsLast && kind is { } known && EndsWithObject(line, out var end))
                {
                    body = line[from..end];
                    return known;
                }
                reader.Skip();
                body = line[from..(int)reader.BytesConsumed];
                if (kind is not null) return kind.Value;
            }
            else
            {
                reader.Skip();
            }
        }
        throw new JsonException("a line without type or object");
    }

    private static bool EndsWithObject(ReadOnlySpan<byte> line, out int end)
    {
        end = line.TrimEnd(" \t\r"u8).Length - 1;
        return end > 0 && line[end] is (byte)'}' && line[end - 1] is (byte)'}';
    }

    private static WatchLineKind KindOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("ADDED"u8) ? WatchLineKind.Added
        : reader.ValueTextEquals("MODIFIED"u8) ? WatchLineKind.Modified
        : reader.ValueTextEquals("DELETED"u8) ? WatchLineKind.Deleted
        : reader.ValueTextEquals("BOOKMARK"u8) ? WatchLineKind.Bookmark
        : reader.ValueTextEquals("ERROR"u8) ? WatchLineKind.Error
        : throw new JsonException($"an event of unknown type \"{reader.GetString()}\"");
}
