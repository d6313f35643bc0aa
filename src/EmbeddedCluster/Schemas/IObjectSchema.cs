using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>Brings an object a client sent into the form that is stored, and says what did not fit.</summary>
internal interface IObjectSchema
{
    /// <summary>Conforms the object in place: prunes unknown fields, checks types, writes canonical forms.</summary>
    /// <param name="content">The object.</param>
    /// <param name="asSent">Whether fields are neither added nor left out for being empty: of an applied object it counts which ones are there.</param>
    DecodeOutcome Decode(JsonObject content, bool asSent = false);

    /// <summary>What a status reset looks like: null where the field is simply left out.</summary>
    JsonObject? EmptyStatus();
}
