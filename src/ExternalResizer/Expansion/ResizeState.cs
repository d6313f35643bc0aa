namespace Sidecars.ExternalResizer.Expansion;

/// <summary>How far a claim's storage is on its way to another size, as the claim's status says (resizer contract 5).</summary>
internal enum ResizeState
{
    /// <summary>Nothing stands there.</summary>
    None,
    ControllerResizeInProgress,
    ControllerResizeInfeasible,
    NodeResizePending,
    NodeResizeInProgress,
    NodeResizeInfeasible,

    /// <summary>A word of a later release.</summary>
    Unknown,
}

/// <summary>Reads the states.</summary>
internal static class ResizeStates
{
    public static ResizeState Of(string? text) => text switch
    {
        null or "" => ResizeState.None,
        nameof(ResizeState.ControllerResizeInProgress) => ResizeState.ControllerResizeInProgress,
        nameof(ResizeState.ControllerResizeInfeasible) => ResizeState.ControllerResizeInfeasible,
        nameof(ResizeState.NodeResizePending) => ResizeState.NodeResizePending,
        nameof(ResizeState.NodeResizeInProgress) => ResizeState.NodeResizeInProgress,
        nameof(ResizeState.NodeResizeInfeasible) => ResizeState.NodeResizeInfeasible,
        _ => ResizeState.Unknown,
    };

    /// <summary>Whether the controller writes it, which is us.</summary>
    public static bool IsControllers(this ResizeState state) => state is ResizeState.ControllerResizeInProgress or ResizeState.ControllerResizeInfeasible;
}
