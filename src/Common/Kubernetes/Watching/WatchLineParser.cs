using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Json;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Watching;

/// <summary>
/// Reads one line of a watch, <c>{"type":...,"object":...}</c> with the two in either order, into a typed object. The object's
/// bytes are read once; a line that cannot be understood is a value, <see cref="WatchLineKind.Garbled"/>.
/// </summary>
internal sealed class WatchLineParser<T>(JsonTypeInfo<T> item) where T : KubeObject
{
    private const string InitialEventsEnd = "k8s.io/initial-events-end";

    public WatchLine<T> Parse(in ReadOnlySequence<byte> line)
    {
        if (line.IsSingleSegment) return Parse(line.FirstSpan, objectIsLast: true);
        // A line across two buffers is put together first: a reader of pieces is slower and cannot share texts.
        var whole = ArrayPool<byte>.Shared.Rent((int)line.Length);
        try
        {
            line.CopyTo(whole);
            return Parse(whole.AsSpan(0, (int)line.Length), objectIsLast: true);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(whole);
        }
    }

    /// <param name="line">The line.</param>
    /// <param name="objectIsLast">Whether nothing is expected behind the object, which saves reading it a first time to find its end.</param>
    private WatchLine<T> Parse(ReadOnlySpan<byte> line, bool objectIsLast)
    {
        try
        {
            var kind = KindOf(line, objectIsLast, out var body);
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
                    return new(kind, subject, subject.Metadata.ResourceVersion);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            if (objectIsLast) return Parse(line, objectIsLast: false);
            return new(WatchLineKind.Garbled, Failure: ApiFailure.WithoutAnswer($"a line of the watch cannot be read: {e.Message}"));
        }
    }

    private static TValue Read<TValue>(ReadOnlySpan<byte> body, JsonTypeInfo<TValue> type) where TValue : class =>
        JsonSerializer.Deserialize(body, type) ?? throw new JsonException("an event without an object");

    /// <summary>Finds the type of the event and the bytes of its object.</summary>
    private static WatchLineKind KindOf(ReadOnlySpan<byte> line, bool objectIsLast, out ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(line);
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
