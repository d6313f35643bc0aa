using Csi.V1;
using Sidecars.HostPathDriver.State;
using Sidecars.HostPathDriver.Storage;

namespace Sidecars.HostPathDriver.Volumes;

/// <summary>Turns records into the messages of the protocol.</summary>
internal static class VolumeMessages
{
    public static Topology TopologyOf(string node, DriverOptions options) => new() { Segments = { [options.TopologyKey] = node } };

    public static Volume ToVolume(this VolumeRecord record, DriverOptions options)
    {
        var volume = new Volume
        {
            VolumeId = record.Id,
            CapacityBytes = record.Capacity,
            VolumeContext = { ["accessType"] = record.IsBlock ? "block" : "mount" },
            AccessibleTopology = { TopologyOf(record.Node, options) },
        };
        if (record.SourceSnapshot is { } snapshot)
            volume.ContentSource = new VolumeContentSource { Snapshot = new() { SnapshotId = snapshot } };
        else if (record.SourceVolume is { } source)
            volume.ContentSource = new VolumeContentSource { Volume = new() { VolumeId = source } };
        return volume;
    }

    public static VolumeCondition Condition(this VolumeRecord record, Backend backend)
    {
        var path = backend.Data.VolumePath(record.Id);
        return DataDirectory.Exists(path, record.IsBlock)
            ? new VolumeCondition { Message = "The volume's data is in place." }
            : new VolumeCondition { Abnormal = true, Message = $"The volume's data is missing: nothing is at {path}." };
    }
}
