namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// Takes a claim one step further: a new one finds a volume or asks for one, a bound one is checked against its volume. A claim whose
/// volume is gone or belongs to another is Lost; that is final, as in a real cluster.
/// </summary>
internal sealed class ClaimReconciler(ControllerContext context, VolumeIndex index, Binding binding)
{
    private readonly ProvisioningRequest _provisioning = new(context);

    public Outcome Reconcile(string key)
    {
        if (context.Storage.Find("persistentvolumeclaims", key) is not { } stored) return Outcome.Done;
        var claim = new Claim(stored);
        if (claim.IsBindCompleted) return CheckBound(claim);
        if (stored.IsBeingDeleted) return Outcome.Done;
        return claim.VolumeName.Length > 0 ? BindToNamed(claim) : FindVolume(claim);
    }

    private Outcome FindVolume(Claim claim)
    {
        if (DefaultClass.IsWantedBy(claim) && DefaultClass.Find(context.Storage) is { } byDefault)
        {
            var content = claim.Stored.ToJson();
            content.Child("spec")["storageClassName"] = byDefault.Name;
            return Outcome.Of(context.Storage.Update("persistentvolumeclaims", content));
        }

        var storageClass = StorageClass.Find(context.Storage, claim.ClassName);
        var waits = storageClass is { WaitsForConsumer: true };
        // Which volume suits a claim that waits for its pod is the scheduler's choice; it says so in the volume's reference.
        var match = VolumeMatching.Best(claim, index.CandidatesFor(ObjectKey.Of(claim.Stored)), waits ? _ => false : null);
        return match is { } volume ? binding.Bind(volume, claim) : _provisioning.Ask(claim, storageClass);
    }

    private Outcome BindToNamed(Claim claim)
    {
        if (context.Storage.Get("persistentvolumes", null, claim.VolumeName).Object is not { } stored)
            return ClaimStatus.Set(context, claim, "Pending");
        var volume = new Volume(stored);
        if (!volume.IsClaimed && volume.VolumeMode != claim.VolumeMode)
        {
            context.Events.Warning(claim.Stored, VolumeBinder.Component, "VolumeMismatch",
                $"Cannot bind to requested volume \"{stored.Name}\": incompatible volumeMode");
            return ClaimStatus.Set(context, claim, "Pending");
        }

        if (!volume.IsClaimed || volume.Names(claim.Stored)) return binding.Bind(volume, claim);
        context.Events.Warning(claim.Stored, VolumeBinder.Component, "FailedBinding",
            $"volume \"{stored.Name}\" already bound to a different claim.");
        return ClaimStatus.Set(context, claim, "Pending");
    }

    private Outcome CheckBound(Claim claim)
    {
        if (claim.VolumeName.Length == 0)
            return Lose(claim, "ClaimLost", "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!");
        if (context.Storage.Get("persistentvolumes", null, claim.VolumeName).Object is not { } stored)
            return Lose(claim, "ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!");
        var volume = new Volume(stored);
        if (volume.IsClaimed && volume.ClaimUid != claim.Stored.Uid && !volume.Names(claim.Stored))
            return Lose(claim, "ClaimMisbound", "Two claims are bound to the same volume, this one is bound incorrectly");
        return claim.Phase == "Lost" ? Outcome.Done : binding.Bind(volume, claim);
    }

    private Outcome Lose(Claim claim, string reason, string message)
    {
        if (claim.Phase == "Lost") return Outcome.Done;
        context.Events.Warning(claim.Stored, VolumeBinder.Component, reason, message);
        return ClaimStatus.Set(context, claim, "Lost");
    }
}
