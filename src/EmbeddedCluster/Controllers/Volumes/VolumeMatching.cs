namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// Finds the volume a claim should be bound to among those that are there: one that names the claim, else the smallest that is large
/// enough and of the same class, mode, access and labels. Volumes that belong to somebody never match.
/// </summary>
internal static class VolumeMatching
{
    public static Volume? Best(Claim claim, IEnumerable<Volume> volumes, Func<Volume, bool>? fits = null)
    {
        Volume? best = null;
        foreach (var volume in volumes)
        {
            if (volume.Stored.IsBeingDeleted) continue;
            if (volume.IsClaimed)
            {
                if (volume.Names(claim.Stored)) return volume;
                continue;
            }

            if (!Satisfies(volume, claim) || fits?.Invoke(volume) == false) continue;
            if (best is null || volume.Capacity.CompareTo(best.Value.Capacity) < 0) best = volume;
        }

        return best;
    }

    private static bool Satisfies(Volume volume, Claim claim) =>
        volume.Phase is "Available"
        && volume.ClassName == claim.ClassName
        && volume.VolumeMode == claim.VolumeMode
        && volume.Capacity.CompareTo(claim.Request) >= 0
        && claim.Stored.Root.Texts("spec", "accessModes").All(volume.Stored.Root.Texts("spec", "accessModes").Contains)
        && LabelSelecting.Matches(claim.Stored.Root.At("spec", "selector"), volume.Stored.Labels);
}
