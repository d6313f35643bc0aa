using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>Brings an object a client sent into the form that is stored, and says what did not fit.</summary>
internal interface IObjectSchema
{
    /// <summary>Conforms the object in place: prunes unknown fields, checks types, writes canonical forms.</summary>
    DecodeOutcome Decode(JsonObject content);

    /// <summary>What a status reset looks like: null where the field is simply left out.</summary>
    JsonObject? EmptyStatus();
}
