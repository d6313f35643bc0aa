using System.Collections.Frozen;

namespace Sidecars.Csi;

/// <summary>
/// The fields of the protocol that carry credentials (wire contract 5.1), as a list instead of a look at the field options: it costs nothing
/// in a native program, and a test holds it against the options.
/// </summary>
internal static class SecretFields
{
    private static readonly FrozenDictionary<string, int> NumberByMessage = new Dictionary<string, int>
    {
        ["csi.v1.CreateVolumeRequest"] = 5,
        ["csi.v1.DeleteVolumeRequest"] = 2,
        ["csi.v1.ControllerPublishVolumeRequest"] = 5,
        ["csi.v1.ControllerUnpublishVolumeRequest"] = 3,
        ["csi.v1.ValidateVolumeCapabilitiesRequest"] = 5,
        ["csi.v1.ControllerModifyVolumeRequest"] = 2,
        ["csi.v1.CreateSnapshotRequest"] = 3,
        ["csi.v1.DeleteSnapshotRequest"] = 2,
        ["csi.v1.ListSnapshotsRequest"] = 5,
        ["csi.v1.GetSnapshotRequest"] = 2,
        ["csi.v1.ControllerExpandVolumeRequest"] = 3,
        ["csi.v1.NodeStageVolumeRequest"] = 5,
        ["csi.v1.NodePublishVolumeRequest"] = 7,
        ["csi.v1.NodeExpandVolumeRequest"] = 6,
        ["csi.v1.CreateVolumeGroupSnapshotRequest"] = 3,
        ["csi.v1.DeleteVolumeGroupSnapshotRequest"] = 3,
        ["csi.v1.GetVolumeGroupSnapshotRequest"] = 3,
        ["csi.v1.GetMetadataAllocatedRequest"] = 4,
        ["csi.v1.GetMetadataDeltaRequest"] = 5,
    }.ToFrozenDictionary();

    internal static int Count => NumberByMessage.Count;

    internal static bool Contains(string message, int field) => NumberByMessage.TryGetValue(message, out var number) && number == field;
}
