using Sidecars.Hosting;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalResizer.Expansion;

/// <summary>All that decides about the size a claim is to have next (resizer contract 6.5).</summary>
internal readonly record struct ResizeView
{
    /// <summary>What the user asks for.</summary>
    public Quantity Asked { get; init; }

    /// <summary>What the claim has.</summary>
    public Quantity Has { get; init; }

    /// <summary>What the volume has, as far as the controller is concerned.</summary>
    public Quantity VolumeHas { get; init; }

    /// <summary>What is being worked towards, or null.</summary>
    public Quantity? Allocated { get; init; }

    public ResizeState State { get; init; }

    /// <summary>Whether the last try ended for good at the driver, so that nothing is under way there.</summary>
    public bool FailedFinally { get; init; }

    /// <summary>Whether a node is said to have to grow the file system; what servers of old have in the place of a state.</summary>
    public bool WaitsForFileSystem { get; init; }

    /// <summary>Whether nodes alone expand.</summary>
    public bool IsNodesAlone { get; init; }

    public static ResizeView Of(PersistentVolumeClaim claim, PersistentVolume volume, bool failedFinally, bool isNodesAlone) => new()
    {
        Asked = Sizes.Asked(claim),
        Has = Sizes.Has(claim),
        VolumeHas = Sizes.Has(volume),
        Allocated = Sizes.Allocated(claim),
        State = StateOf(claim),
        FailedFinally = failedFinally,
        WaitsForFileSystem = claim.Status?.Conditions is { } all && Array.Exists(all, c => c is { Type: WellKnown.FileSystemResizePending, Status: WellKnown.True }),
        IsNodesAlone = isNodesAlone,
    };

    public static ResizeState StateOf(PersistentVolumeClaim claim) => ResizeStates.Of(claim.Status?.AllocatedResourceStatuses?[WellKnown.Storage]);
}
