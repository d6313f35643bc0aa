using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Telling;

namespace Sidecars.SnapshotController.Contents;

/// <summary>The content to make for a snapshot and what it is made from; or why none can be made.</summary>
/// <param name="Content">The content.</param>
/// <param name="Claim">The claim whose volume it is of.</param>
/// <param name="DefaultClass">Name of the class, where the snapshot names none; null where it does.</param>
/// <param name="Failure">Why there is none.</param>
internal sealed record ContentPlan(VolumeSnapshotContent? Content, PersistentVolumeClaim? Claim, string? DefaultClass, Failure? Failure)
{
    public static implicit operator ContentPlan(Failure failure) => new(null, null, null, failure);
}
