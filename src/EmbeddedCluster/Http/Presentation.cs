namespace Sidecars.EmbeddedCluster;

/// <summary>In which form a client wants to see objects.</summary>
internal enum Presentation
{
    /// <summary>The objects themselves.</summary>
    Plain,

    /// <summary>A table for people.</summary>
    Table,

    /// <summary>Metadata alone.</summary>
    Metadata,
}
