using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Sidecars.EmbeddedCluster;

/// <summary>A list, streamed from the stored texts of its objects. Built-in kinds leave the type header out of each item, custom ones do not.</summary>
internal sealed class ListReply(ResourceDefinition resource, IReadOnlyList<StoredObject> items, string metadata) : Reply(200)
{
    private const int FlushEvery = 256 * 1024;

    public override async Task Send(HttpResponse response, CancellationToken stop)
    {
        response.StatusCode = Code;
        response.ContentType = "application/json";
        var writer = response.BodyWriter;
        writer.Write(Encoding.UTF8.GetBytes(resource.IsCustom
            ? $"{{\"apiVersion\":\"{resource.GroupVersion}\",\"items\":["
            : $"{{\"kind\":\"{resource.ListKind}\",\"apiVersion\":\"{resource.GroupVersion}\",\"metadata\":{metadata},\"items\":["));
        var pending = 0;
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0) writer.Write(","u8);
            pending += WriteItem(writer, items[i]);
            if (pending < FlushEvery) continue;
            pending = 0;
            await writer.FlushAsync(stop);
        }
        writer.Write(resource.IsCustom ? Encoding.UTF8.GetBytes($"],\"kind\":\"{resource.ListKind}\",\"metadata\":{metadata}}}\n") : "]}\n"u8);
        await writer.FlushAsync(stop);
    }

    private int WriteItem(IBufferWriter<byte> writer, StoredObject stored)
    {
        if (resource.IsCustom) return ObjectWriter.Write(writer, resource, stored);
        writer.Write("{"u8);
        writer.Write(stored.JsonWithoutHead.Span);
        return stored.JsonWithoutHead.Length;
    }
}
