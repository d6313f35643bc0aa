namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>Shows the phase of a claim that is not bound; what it showed of a volume goes away.</summary>
internal static class ClaimStatus
{
    public static Outcome Set(ControllerContext context, Claim claim, string phase)
    {
        if (claim.Phase == phase) return Outcome.Done;
        var content = claim.Stored.ToJson();
        var status = content.Child("status");
        status["phase"] = phase;
        status.Remove("accessModes");
        status.Remove("capacity");
        return Outcome.Of(context.Storage.UpdateStatus("persistentvolumeclaims", content));
    }
}
