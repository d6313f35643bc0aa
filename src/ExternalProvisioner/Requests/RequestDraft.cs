using Csi.V1;
using Sidecars.ExternalProvisioner.Claims;
using Sidecars.ExternalProvisioner.Intents;
using Sidecars.ExternalProvisioner.Sources;
using Sidecars.ExternalProvisioner.Topology;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Requests;

/// <summary>A CreateVolume request in the making, with what the PersistentVolume will need to know of how it was made.</summary>
/// <param name="Claim">The claim the volume is for.</param>
/// <param name="Class">Its class.</param>
/// <param name="VolumeName">Name of the volume, at the driver and in the cluster.</param>
internal sealed record RequestDraft(PersistentVolumeClaim Claim, StorageClass Class, string VolumeName)
{
    /// <summary>The class in the driver's words; as it is in the cluster, unless it is of a built-in plugin of old.</summary>
    public StorageClass Class { get; set; } = Class;

    /// <summary>Whether the class is of the built-in plugin we have taken over.</summary>
    public bool IsMigrated { get; set; }

    /// <summary>The request.</summary>
    public CreateVolumeRequest Csi { get; } = new() { Name = VolumeName, CapacityRange = new CapacityRange() };

    /// <summary>File system for the volume; empty leaves it to the driver.</summary>
    public string FsType { get; set; } = "";

    /// <summary>The class of attributes that counts, or null.</summary>
    public string? AttributesClass { get; set; }

    /// <summary>Where the volume is asked for; null where the driver does not place volumes.</summary>
    public AskedPlace? Asked { get; set; }

    /// <summary>What the claim is to be filled from, with its namespace; null for an empty volume.</summary>
    public DataSource? Source { get; set; }

    /// <summary>The same as it was found and held.</summary>
    public FoundSource? FilledFrom { get; set; }

    /// <summary>Secrets by purpose.</summary>
    public VolumeSecrets Secrets { get; set; } = VolumeSecrets.None;

    /// <summary>What an earlier call said, where that is noted on the claim: where it says something, every repetition says the same.</summary>
    public VolumeIntent? Noted { get; init; }

    /// <summary>The node the volume is for, the one the scheduler chose unless it is another's to choose; null where there is none.</summary>
    public string? SelectedNode { get; init; } = ClaimOwnership.SelectedNodeOf(Claim);

    /// <summary>The driver that has to have made what the volume is filled from, by the name the class has for it.</summary>
    public string SourceDriver { get; set; } = Class.Provisioner ?? "";
}

/// <summary>The secrets of one volume; null where the class names none for a purpose.</summary>
internal sealed record VolumeSecrets(
    SecretReference? Provisioner,
    SecretReference? ControllerPublish,
    SecretReference? NodeStage,
    SecretReference? NodePublish,
    SecretReference? ControllerExpand,
    SecretReference? NodeExpand,
    SecretReference? ControllerModify)
{
    public static readonly VolumeSecrets None = new(null, null, null, null, null, null, null);
}
