using System.Buffers;
using System.Text.Json;
using Sidecars.Kubernetes.Json;

namespace Sidecars.Kubernetes.Events;

/// <summary>The patch that counts up an event.</summary>
internal static class EventPatch
{
    public static ReadOnlyMemory<byte> CountUp(EventDecision decision)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteNumber("count", decision.Count);
        json.WriteString("lastTimestamp", SecondTimeConverter.Text(decision.Record.At));
        json.WriteString("message", decision.Message);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }
}
