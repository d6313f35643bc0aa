using System.Buffers;

namespace Sidecars.EmbeddedCluster;

/// <summary>Writes an object in the version the client asked for. Most versions differ in the type header alone, which is replaced unread.</summary>
internal static class ObjectWriter
{
    public static int Write(IBufferWriter<byte> writer, ResourceDefinition resource, StoredObject stored)
    {
        if (!resource.IsCustom || (resource.Version == stored.Resource.Version && VersionConversion.HaveOneForm(stored.Resource, resource)))
        {
            writer.Write(stored.Json.Span);
            return stored.Json.Length;
        }
        if (!VersionConversion.HaveOneForm(stored.Resource, resource))
        {
            var converted = Convert(resource, stored);
            writer.Write(converted.Span);
            return converted.Length;
        }
        writer.Write(resource.Head.Span);
        writer.Write(","u8);
        writer.Write(stored.JsonWithoutHead.Span);
        return stored.Json.Length;
    }

    public static ReadOnlyMemory<byte> Bytes(ResourceDefinition resource, StoredObject stored)
    {
        if (!resource.IsCustom || ReferenceEquals(resource, stored.Resource)) return stored.Json;
        var buffer = new ArrayBufferWriter<byte>(stored.Json.Length + resource.Head.Length);
        Write(buffer, resource, stored);
        return buffer.WrittenMemory;
    }

    private static ReadOnlyMemory<byte> Convert(ResourceDefinition resource, StoredObject stored)
    {
        using var text = new ObjectText();
        return text.Freeze(resource, VersionConversion.Read(stored, resource), stored.Version).Json;
    }
}
