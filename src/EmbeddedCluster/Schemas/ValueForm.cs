namespace Sidecars.EmbeddedCluster;

/// <summary>What a value of a built-in kind may look like on the wire.</summary>
internal enum ValueForm
{
    /// <summary>Anything: raw extensions and schema fragments.</summary>
    Any,
    String,
    Bool,
    Int,
    Float,
    Quantity,
    IntOrString,
    Time,
    MicroTime,
    Bytes,
    Struct,
    List,
    Map,
}
