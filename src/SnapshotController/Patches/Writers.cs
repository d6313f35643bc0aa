using Sidecars.Kubernetes.Objects;

namespace Sidecars.SnapshotController.Patches;

/// <summary>Who writes what of the main flow.</summary>
internal sealed record Writers(ObjectWriter<VolumeSnapshot> Snapshots, ObjectWriter<VolumeSnapshotContent> Contents);
