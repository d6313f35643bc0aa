namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// Keeps a claim from going away while a pod uses it, and a volume while it is bound: the finalizers that hold them come off when
/// the last use ends.
/// </summary>
internal sealed class InUseProtection(ControllerContext context)
{
    public static IEnumerable<ControllerLoop> Start(ControllerContext context)
    {
        var protection = new InUseProtection(context);
        return
        [
            new ControllerLoop("claim protection", context, (key, _) => new(protection.ReconcileClaim(key)))
                .On("persistentvolumeclaims")
                .On("pods", change => PodVolumes.ClaimNames(change.Object).Select(name => ObjectKey.Of(change.Object.Namespace, name))),
            new ControllerLoop("volume protection", context, (key, _) => new(protection.ReconcileVolume(key))).On("persistentvolumes"),
        ];
    }

    private Outcome ReconcileClaim(string key)
    {
        if (context.Storage.Find("persistentvolumeclaims", key) is not { } claim) return Outcome.Done;
        if (!claim.IsBeingDeleted) return Outcome.Of(Finalizers.Add(context.Storage, claim, WellKnown.ClaimProtection));
        // A pod without a node does not count: no kubelet gives it a claim that is being deleted.
        var isUsed = context.Storage.List("pods", claim.Namespace).Items.Any(pod =>
            PodVolumes.NodeName(pod).Length > 0 && !PodVolumes.IsFinished(pod)
            && PodVolumes.Claims(pod).Any(volume => volume.Claim == claim.Name && EphemeralClaims.WhyNotOf(pod, volume, claim) is null));
        return isUsed ? Outcome.Done : Outcome.Of(Finalizers.Remove(context.Storage, claim, WellKnown.ClaimProtection));
    }

    private Outcome ReconcileVolume(string key)
    {
        if (context.Storage.Find("persistentvolumes", key) is not { } volume) return Outcome.Done;
        if (!volume.IsBeingDeleted) return Outcome.Of(Finalizers.Add(context.Storage, volume, WellKnown.VolumeProtection));
        return new Volume(volume).Phase == "Bound"
            ? Outcome.Done
            : Outcome.Of(Finalizers.Remove(context.Storage, volume, WellKnown.VolumeProtection));
    }
}
