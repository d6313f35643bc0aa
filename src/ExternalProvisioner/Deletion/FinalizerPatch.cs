using System.Buffers;
using System.Text.Json;

namespace Sidecars.ExternalProvisioner.Deletion;

/// <summary>
/// Patches of a volume's finalizers that leave those of others alone (provisioner contract 8.2): strategic merge patches, which
/// name the one finalizer that comes or goes, and the uid, so that none lands on a successor of the same name.
/// </summary>
internal static class FinalizerPatch
{
    public static ReadOnlyMemory<byte> Add(string uid, string[]? present, string finalizer) =>
        Write(uid, json =>
        {
            WriteList(json, "$setElementOrder/finalizers", [.. present ?? [], finalizer]);
            WriteList(json, "finalizers", [finalizer]);
        });

    public static ReadOnlyMemory<byte> Remove(string uid, string[] present, string finalizer) =>
        Write(uid, json =>
        {
            WriteList(json, "$deleteFromPrimitiveList/finalizers", [finalizer]);
            WriteList(json, "$setElementOrder/finalizers", [.. present.Where(f => f != finalizer)]);
        });

    private static ReadOnlyMemory<byte> Write(string uid, Action<Utf8JsonWriter> metadata)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteStartObject("metadata");
        json.WriteString("uid", uid);
        metadata(json);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static void WriteList(Utf8JsonWriter json, string name, string[] items)
    {
        json.WriteStartArray(name);
        foreach (var item in items) json.WriteStringValue(item);
        json.WriteEndArray();
    }
}
