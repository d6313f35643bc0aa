using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>The schema of a built-in kind: its Go type.</summary>
internal sealed class BuiltInSchema(TypeShape shape) : IObjectSchema
{
    public DecodeOutcome Decode(JsonObject content, bool asSent = false)
    {
        var decoder = new ObjectDecoder { KeepsAsSent = asSent };
        decoder.Decode(content, shape);
        return new DecodeOutcome(decoder.Error, decoder.UnknownFields);
    }

    public JsonObject? EmptyStatus() => shape.Field("status")?.Type.Zero() as JsonObject;
}
