namespace Sidecars.SnapshotController.Groups;

/// <summary>Whether groups of snapshots are worked on.</summary>
internal enum GroupState
{
    /// <summary>No: they are switched off, or the cluster does not serve their kinds.</summary>
    Off,

    /// <summary>Not found out yet, or not read yet.</summary>
    Unknown,

    /// <summary>Yes.</summary>
    On,
}
