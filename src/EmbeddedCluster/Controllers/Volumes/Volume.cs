namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>What the controllers read in a PersistentVolume.</summary>
internal readonly record struct Volume(StoredObject Stored)
{
    public string Phase => Stored.Root.Text("status", "phase");

    public bool IsClaimed => Stored.Root.At("spec", "claimRef") is not null;

    public string ClaimUid => Stored.Root.Text("spec", "claimRef", "uid");

    /// <summary>The key of the claim the volume names; empty when it names none.</summary>
    public string ClaimKey => IsClaimed
        ? ObjectKey.Of(Stored.Root.Text("spec", "claimRef", "namespace"), Stored.Root.Text("spec", "claimRef", "name"))
        : "";

    public string ClassName => Stored.Annotation(WellKnown.BetaStorageClass) is { Length: > 0 } beta
        ? beta
        : Stored.Root.Text("spec", "storageClassName");

    public string VolumeMode => Stored.Root.Text("spec", "volumeMode") is { Length: > 0 } mode ? mode : "Filesystem";

    public Quantity Capacity => Stored.Root.Quantity("spec", "capacity", "storage");

    public string ReclaimPolicy => Stored.Root.Text("spec", "persistentVolumeReclaimPolicy");

    /// <summary>It stands in its pod and in no PersistentVolume: nothing of it is attached or staged.</summary>
    public bool IsInline => Stored.Uid.Length == 0;

    public string Driver => Stored.Root.Text("spec", "csi", "driver");

    public string Handle => Stored.Root.Text("spec", "csi", "volumeHandle");

    /// <summary>The volume belongs to this claim, or names it and nobody's uid yet.</summary>
    public bool Names(StoredObject claim) =>
        ClaimKey == ObjectKey.Of(claim) && (ClaimUid.Length == 0 || ClaimUid == claim.Uid);
}
