namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>What the controllers read in a PersistentVolumeClaim.</summary>
internal readonly record struct Claim(StoredObject Stored)
{
    public string VolumeName => Stored.Root.Text("spec", "volumeName");

    public string Phase => Stored.Root.Text("status", "phase");

    public bool IsBindCompleted => Stored.Annotation(WellKnown.BindCompleted).Length > 0;

    /// <summary>Bound both ways, as the scheduler and the kubelet need it.</summary>
    public bool IsBound => VolumeName.Length > 0 && IsBindCompleted && Phase == "Bound";

    public string SelectedNode => Stored.Annotation(WellKnown.SelectedNode);

    public string VolumeMode => Stored.Root.Text("spec", "volumeMode") is { Length: > 0 } mode ? mode : "Filesystem";

    public Quantity Request => Stored.Root.Quantity("spec", "resources", "requests", "storage");

    /// <summary>The class; the old annotation still wins over the field.</summary>
    public string ClassName => Stored.Annotation(WellKnown.BetaStorageClass) is { Length: > 0 } beta
        ? beta
        : Stored.Root.Text("spec", "storageClassName");
}
