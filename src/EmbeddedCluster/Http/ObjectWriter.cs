using System.Buffers;

namespace Sidecars.EmbeddedCluster;

/// <summary>Writes an object in the version the client asked for. Versions differ in the type header alone.</summary>
internal static class ObjectWriter
{
    public static int Write(IBufferWriter<byte> writer, ResourceDefinition resource, StoredObject stored)
    {
        if (resource.Version == stored.Resource.Version)
        {
            writer.Write(stored.Json.Span);
            return stored.Json.Length;
        }
        writer.Write(resource.Head.Span);
        writer.Write(","u8);
        writer.Write(stored.JsonWithoutHead.Span);
        return stored.Json.Length;
    }

    public static ReadOnlyMemory<byte> Bytes(ResourceDefinition resource, StoredObject stored)
    {
        if (resource.Version == stored.Resource.Version) return stored.Json;
        var buffer = new ArrayBufferWriter<byte>(stored.Json.Length + resource.Head.Length);
        Write(buffer, resource, stored);
        return buffer.WrittenMemory;
    }
}
