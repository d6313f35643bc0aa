namespace Sidecars.ControllerManager;

/// <summary>The part of a resource that a store holds, where not all of it is read.</summary>
/// <param name="Namespace">Only this namespace; null for all.</param>
/// <param name="LabelSelector">Only objects with these labels, in the API's selector syntax; null for all.</param>
/// <param name="FieldSelector">
/// Only objects with these values of fields; null for all. A wish: where the server does not select by them, the others come too, and no reader may
/// want them.
/// </param>
public sealed record WatchedPart(string? Namespace, string? LabelSelector, string? FieldSelector = null)
{
    /// <summary>All of it.</summary>
    public static WatchedPart Whole { get; } = new(null, null);
}
