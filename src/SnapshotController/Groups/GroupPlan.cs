using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Telling;

namespace Sidecars.SnapshotController.Groups;

/// <summary>The content to make for a group; or why none can be made.</summary>
/// <param name="Content">The content.</param>
/// <param name="DefaultClass">Name of the class, where the group names none; null where it does.</param>
/// <param name="Failure">Why there is none.</param>
internal sealed record GroupPlan(VolumeGroupSnapshotContent? Content, string? DefaultClass, Failure? Failure)
{
    public static implicit operator GroupPlan(Failure failure) => new(null, null, failure);
}
