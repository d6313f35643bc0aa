namespace Sidecars.ExternalSnapshotter.Contents;

/// <summary>
/// Composes the calls of one kind of contents. Nothing is sent to the driver and nothing is written while a call is composed, so that what fails
/// here leaves no trace (snapshotter contract 5.1).
/// </summary>
internal interface ISnapshots<T>
{
    /// <summary>The call that takes it, or asks by the same name how far it is; or why it cannot be made.</summary>
    Task<(AskingOrder<T>? Order, Obstacle? Error)> ToTake(T content, CancellationToken stop);

    /// <summary>The call that asks for one that is there; or why it cannot be made.</summary>
    Task<(AskingOrder<T>? Order, Obstacle? Error)> ToLookAt(T content, CancellationToken stop);

    /// <summary>The call that deletes it; or why it cannot be made.</summary>
    Task<(DeletingOrder? Order, Obstacle? Error)> ToDelete(T content, string handle, CancellationToken stop);

    /// <summary>Whether it is asked for by its handle, and not by taking it once more by the same name.</summary>
    bool IsLookedAt(T content);

    /// <summary>Whether the driver can be asked for it by its handle.</summary>
    bool CanBeLookedAt(T content);
}
