using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// Asks for a volume on behalf of a claim that found none: marks the claim with its class's provisioner, which is what the
/// external provisioner watches for, and tells the user what the claim is waiting for.
/// </summary>
internal sealed class ProvisioningRequest(ControllerContext context)
{
    public Outcome Ask(Claim claim, StorageClass? storageClass)
    {
        var outcome = Explain(claim, storageClass);
        return outcome == Outcome.Done ? ClaimStatus.Set(context, Fresh(claim), "Pending") : outcome;
    }

    private Outcome Explain(Claim claim, StorageClass? found)
    {
        if (claim.ClassName.Length == 0)
            return Say(claim, "FailedBinding", "no persistent volumes available for this claim and no storage class is set");
        if (found is not { } storageClass)
        {
            context.Events.Warning(claim.Stored, VolumeBinder.Component, "ProvisioningFailed",
                $"storageclass.storage.k8s.io \"{claim.ClassName}\" not found");
            return Outcome.Done;
        }

        if (storageClass.WaitsForConsumer && claim.SelectedNode.Length == 0) return WaitForConsumer(claim);
        if (storageClass.IsStaticOnly || storageClass.Provisioner.StartsWith(WellKnown.InTreePrefix, StringComparison.Ordinal))
        {
            return Say(claim, "FailedBinding",
                $"no persistent volumes available for this claim, and the provisioner {storageClass.Provisioner} of its class makes none");
        }

        var result = Mark(claim, storageClass.Provisioner);
        if (!result.IsOk) return Outcome.Of(result);
        return Say(claim, "ExternalProvisioning",
            $"Waiting for a volume to be created either by the external provisioner '{storageClass.Provisioner}' or manually by the "
            + "system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.");
    }

    private Outcome WaitForConsumer(Claim claim)
    {
        var pods = context.Storage.List("pods", claim.Stored.Namespace).Items
            .Where(pod => PodVolumes.ClaimNames(pod).Contains(claim.Stored.Name)).ToList();
        return pods is [var pod, ..]
            ? Say(claim, "WaitForPodScheduled", $"waiting for pod {pod.Name} to be scheduled")
            : Say(claim, "WaitForFirstConsumer", "waiting for first consumer to be created before binding");
    }

    private StoreResult Mark(Claim claim, string provisioner)
    {
        if (claim.Stored.Annotation(WellKnown.StorageProvisioner) == provisioner
            && claim.Stored.Annotation(WellKnown.BetaStorageProvisioner) == provisioner)
        {
            return claim.Stored;
        }

        var content = claim.Stored.ToJson();
        JsonObject annotations = content.Metadata().Child("annotations");
        annotations[WellKnown.StorageProvisioner] = provisioner;
        annotations[WellKnown.BetaStorageProvisioner] = provisioner;
        return context.Storage.Update("persistentvolumeclaims", content);
    }

    // The claim has just been marked; its status goes on top of that.
    private Claim Fresh(Claim claim) =>
        context.Storage.Find("persistentvolumeclaims", ObjectKey.Of(claim.Stored)) is { } stored ? new Claim(stored) : claim;

    private Outcome Say(Claim claim, string reason, string message)
    {
        // The claim comes by after each of its changes; said once is enough.
        if (claim.Phase != "Pending" || claim.Stored.Annotation(WellKnown.StorageProvisioner).Length == 0 || reason != "ExternalProvisioning")
            context.Events.Normal(claim.Stored, VolumeBinder.Component, reason, message);
        return Outcome.Done;
    }
}
