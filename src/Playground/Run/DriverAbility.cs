namespace Sidecars.Playground;

/// <summary>What a driver may be able to do; the values of the chart name the same (<see cref="CapabilityTable"/>).</summary>
internal enum DriverAbility
{
    /// <summary>Its volumes are attached to nodes by its controller.</summary>
    Attach,

    /// <summary>It grows volumes, at its controller or on its nodes.</summary>
    Expand,

    /// <summary>Its volumes are not everywhere.</summary>
    Topology,

    /// <summary>It takes snapshots.</summary>
    Snapshot,

    /// <summary>It takes snapshots of several volumes at one moment.</summary>
    GroupSnapshot,

    /// <summary>It copies volumes.</summary>
    Clone,

    /// <summary>It changes the attributes of volumes.</summary>
    Modify,

    /// <summary>It says how much room is left.</summary>
    Capacity,
}
