namespace Sidecars.EmbeddedCluster;

/// <summary>What happened to an object.</summary>
public enum WatchEventType
{
    /// <summary>It was created, or is new to this watch.</summary>
    Added,

    /// <summary>It was changed.</summary>
    Modified,

    /// <summary>It is gone, or no longer matches this watch.</summary>
    Deleted,
}
