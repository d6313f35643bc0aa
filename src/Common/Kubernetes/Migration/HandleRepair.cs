namespace Sidecars.Kubernetes.Migration;

/// <summary>
/// Completes the handle of a translated volume, so that it can be compared with what the driver lists (common contract 16): the
/// handle of a disk was made without its project, and sometimes its zone, which the name of the node knows.
/// </summary>
public static class HandleRepair
{
    /// <summary>projects/P/zones/Z/disks/D, and the same with instances.</summary>
    private const int LeastParts = 6;

    /// <summary>The handle as the driver lists it, or why it cannot be made.</summary>
    /// <param name="driver">Name of the driver.</param>
    /// <param name="handle">Handle of the translated volume.</param>
    /// <param name="nodeId">The driver's name of the node.</param>
    public static (string? Handle, string? Error) Repair(string driver, string handle, string nodeId)
    {
        if (!MigrationTargets.Contains(driver)) return (null, $"driver {driver} has taken over no in-tree plugin");
        if (driver is not MigrationTargets.GcePersistentDisk) return (handle, null);

        var (disk, node) = (handle.Split('/'), nodeId.Split('/'));
        if (disk.Length < LeastParts) return (null, $"volume handle {handle} has not the form projects/P/zones/Z/disks/D");
        if (node.Length < LeastParts) return (null, $"node ID {nodeId} has not the form projects/P/zones/Z/instances/I");
        if (disk[1] is not InTreeTranslation.Unspecified) return (handle, null);
        disk[1] = node[1];
        if (disk[3] is InTreeTranslation.Unspecified) disk[3] = disk[2] is "regions" ? InTreeTranslation.RegionOf(node[3]) : node[3];
        return (string.Join('/', disk), null);
    }
}
