namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// Shows a volume's phase: Available without a claim, Bound with it, Released once the claim is gone. A released volume of an external
/// provisioner is left to that provisioner, whatever the reclaim policy says; no other kind can be deleted here.
/// </summary>
internal sealed class VolumeReconciler(ControllerContext context)
{
    private readonly Binding _binding = new(context);

    public Outcome Reconcile(string key)
    {
        if (context.Storage.Find("persistentvolumes", key) is not { } stored) return Outcome.Done;
        var volume = new Volume(stored);
        if (volume.ClaimUid.Length == 0) return Outcome.Of(_binding.SetVolumePhase(stored, "Available"));
        var found = context.Storage.Find("persistentvolumeclaims", volume.ClaimKey);
        // A claim made anew under an old name is another claim.
        if (found is null || found.Uid != volume.ClaimUid) return Release(volume);
        var claim = new Claim(found);
        if (claim.VolumeName == stored.Name) return Outcome.Of(_binding.SetVolumePhase(stored, "Bound"));
        // A claim without a volume is on its way to this one; the claim's own reconciliation binds both.
        return claim.VolumeName.Length == 0 ? Outcome.Done : Unbind(volume);
    }

    private Outcome Release(Volume volume)
    {
        if (volume.Phase == "Failed") return Outcome.Done;
        var result = _binding.SetVolumePhase(volume.Stored, "Released");
        if (result.IsOk) WarnAboutRecycling(new Volume(result.Object));
        return Outcome.Of(result);
    }

    private void WarnAboutRecycling(Volume volume)
    {
        if (volume.ReclaimPolicy != "Recycle") return;
        _binding.SetVolumePhase(volume.Stored, "Failed", "No recycler plugin found for the volume!");
        context.Events.Warning(volume.Stored, VolumeBinder.Component, "VolumeFailedRecycle", "No recycler plugin found for the volume!");
    }

    // The claim got another volume. One made for it is of no use to anybody; any other goes back to the free ones.
    private Outcome Unbind(Volume volume)
    {
        if (volume.Stored.Annotation(WellKnown.ProvisionedBy).Length > 0 && volume.ReclaimPolicy == "Delete") return Release(volume);
        var content = volume.Stored.ToJson();
        if (volume.Stored.Annotation(WellKnown.BoundByController).Length > 0)
        {
            content.Child("spec").Remove("claimRef");
            content.Metadata().Child("annotations").Remove(WellKnown.BoundByController);
        }
        else
        {
            content.Child("spec").Child("claimRef").Remove("uid");
        }

        var result = context.Storage.Update("persistentvolumes", content);
        return result.IsOk ? Outcome.Of(_binding.SetVolumePhase(result.Object, "Available")) : Outcome.Of(result);
    }
}
