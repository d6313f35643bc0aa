using Sidecars.Hosting;

namespace Sidecars.ExternalResizer.Expansion;

/// <summary>
/// The state machine of a growing claim as pure functions: which size is to be made next, or that it is somebody else's turn (resizer contract 6.5
/// and 9). A size that may be under way at the driver is asked for until the driver has said what became of it; only then may the user's newer
/// wish take its place.
/// </summary>
/// <param name="Size">The size; null where there is nothing for the controller to do.</param>
/// <param name="IsNew">Whether the claim has to be marked with it, as one that is not on its way there yet.</param>
internal readonly record struct ExpansionTarget(Quantity? Size, bool IsNew)
{
    /// <summary>Whether the volume's object says a size that no node could make, and which was asked of nobody else: it goes back to this one.</summary>
    public bool TakesBack { get; init; }

    /// <summary>The node's turn, or nobody's.</summary>
    public static readonly ExpansionTarget None = new(null, false);

    public static ExpansionTarget Of(in ResizeView given)
    {
        // What the claim has already is not under way: it is what was worked towards before.
        var isOver = given.Allocated <= given.Has && given.State is not (ResizeState.NodeResizePending or ResizeState.NodeResizeInProgress);
        var view = isOver ? given with { Allocated = null } : given;
        var size = view.VolumeHas < view.Asked ? WhereVolumeIsSmaller(view) : WhereVolumeIsLargeEnough(view);
        if (size is not { } target) return None;
        return new(target, view.Allocated != target) { TakesBack = view is { IsNodesAlone: true, State: ResizeState.NodeResizeInfeasible } };
    }

    /// <summary>Without recovery (gate off): the asked size, unless a node is to finish one.</summary>
    public static ExpansionTarget WithoutRecovery(in ResizeView view) =>
        view.VolumeHas >= view.Asked && view.WaitsForFileSystem ? None : new(view.Asked, true);

    private static Quantity? WhereVolumeIsSmaller(in ResizeView view)
    {
        var begun = view.Allocated ?? view.Asked;
        return view.State switch
        {
            ResizeState.NodeResizeInfeasible => begun,
            // The node finishes first what the controller has made already.
            ResizeState.NodeResizePending or ResizeState.NodeResizeInProgress => view.VolumeHas >= begun ? null : begun,
            ResizeState.ControllerResizeInProgress => view.FailedFinally ? view.Asked : begun,
            _ => view.Asked,
        };
    }

    private static Quantity? WhereVolumeIsLargeEnough(in ResizeView view) => view.State switch
    {
        ResizeState.NodeResizePending or ResizeState.NodeResizeInProgress => null,
        // Where nodes alone expand nothing was made yet: the smaller wish counts.
        ResizeState.NodeResizeInfeasible => view.IsNodesAlone ? view.Asked : view.Allocated ?? view.Asked,
        ResizeState.ControllerResizeInProgress or ResizeState.ControllerResizeInfeasible => view.Allocated ?? view.Asked,
        ResizeState.None when view.Allocated is { } begun => begun,
        // An API server of old, which keeps no states: its condition says whose turn it is.
        _ => view.WaitsForFileSystem ? null : view.Asked,
    };
}
