namespace Sidecars.Playground;

/// <summary>What a driver has to be able to do for there to be work for a sidecar.</summary>
internal enum DriverAbility
{
    /// <summary>It takes snapshots.</summary>
    Snapshots,

    /// <summary>It grows volumes, at its controller or on its nodes, or changes their attributes.</summary>
    Resizing,
}
