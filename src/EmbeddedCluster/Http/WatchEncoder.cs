using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>Writes watch events, one JSON document a line, in the form the client asked for.</summary>
internal sealed class WatchEncoder(ResourceDefinition resource, Presentation presentation, string includeObject, TimeProvider time)
{
    private bool _headerSent;

    public void Write(IBufferWriter<byte> writer, WatchEventType type, StoredObject stored)
    {
        writer.Write(type switch
        {
            WatchEventType.Added => "{\"type\":\"ADDED\",\"object\":"u8,
            WatchEventType.Modified => "{\"type\":\"MODIFIED\",\"object\":"u8,
            _ => "{\"type\":\"DELETED\",\"object\":"u8,
        });
        switch (presentation)
        {
            case Presentation.Table:
                var metadata = new JsonObject { ["resourceVersion"] = stored.Version.ToString(CultureInfo.InvariantCulture) };
                writer.Write(Reply.Bytes(TableText.Table(resource, [stored], metadata, includeObject, !_headerSent, time.GetUtcNow())));
                _headerSent = true;
                break;
            case Presentation.Metadata:
                writer.Write(Reply.Bytes(TableText.Partial(stored)));
                break;
            default:
                ObjectWriter.Write(writer, resource, stored);
                break;
        }
        writer.Write("}\n"u8);
    }

    public void WriteBookmark(IBufferWriter<byte> writer, long version, bool endsInitialEvents)
    {
        var metadata = new JsonObject { ["resourceVersion"] = version.ToString(CultureInfo.InvariantCulture) };
        if (endsInitialEvents) metadata["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
        JsonObject bookmark = presentation switch
        {
            Presentation.Table => TableText.Table(resource, [], metadata, includeObject, !_headerSent, time.GetUtcNow()),
            Presentation.Metadata => new() { ["kind"] = "PartialObjectMetadata", ["apiVersion"] = "meta.k8s.io/v1", ["metadata"] = metadata },
            _ => new() { ["kind"] = resource.Kind, ["apiVersion"] = resource.GroupVersion, ["metadata"] = metadata },
        };
        // The server writes an empty object of the kind, with all that a Go encoder writes of one: lists that are null among them.
        if (presentation is not (Presentation.Table or Presentation.Metadata) && resource.Shape is not null) resource.Schema.Decode(bookmark);
        writer.Write(Encoding.UTF8.GetBytes($"{{\"type\":\"BOOKMARK\",\"object\":{bookmark.ToJsonString()}}}\n"));
    }

    public static void WriteError(IBufferWriter<byte> writer, ApiStatus status)
    {
        writer.Write("{\"type\":\"ERROR\",\"object\":"u8);
        writer.Write(Reply.Bytes(status.ToJson()));
        writer.Write("}\n"u8);
    }
}
