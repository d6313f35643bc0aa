using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalSnapshotter.Contents;

/// <summary>
/// A content as far as the order of work goes by it, be it that of a single snapshot or of a group: who it is, what it is made of, and how far it
/// has come. All questions that decide between taking, asking, deleting and releasing are answered here, by the object alone.
/// </summary>
internal sealed record ContentView(KubeObject Object, ContentKeys Keys)
{
    /// <summary>Name of the driver.</summary>
    public string? Driver { get; init; }

    /// <summary>Name of the class; null for none.</summary>
    public string? ClassName { get; init; }

    /// <summary>What becomes of the driver's snapshot.</summary>
    public string? DeletionPolicy { get; init; }

    /// <summary>What it is the content of.</summary>
    public ObjectReference? Ref { get; init; }

    /// <summary>Whether it is to be taken of a volume.</summary>
    public bool IsDynamic { get; init; }

    /// <summary>The driver's name of what is there already; null for one that is to be taken.</summary>
    public string? GivenHandle { get; init; }

    /// <summary>Whether anything was ever written of it.</summary>
    public bool HasStatus { get; init; }

    /// <summary>Whether the driver said that it is ready.</summary>
    public bool? IsReady { get; init; }

    /// <summary>Whether it is known when it was taken.</summary>
    public bool HasTime { get; init; }

    /// <summary>The driver's name of it, as it was noted.</summary>
    public string? NotedHandle { get; init; }

    /// <summary>A number of all its labels and annotations that are not kept.</summary>
    public int Marks { get; init; }

    /// <summary>What is said to be wrong with it.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>Whether it is a snapshot of a group, which is taken, and deleted, with its group.</summary>
    public bool IsMember { get; init; }

    /// <summary>Whether the driver knows it as one of a group, so that it must not be deleted alone.</summary>
    public bool IsOfGroup { get; init; }

    public string Name => Object.Name;

    /// <summary>Whether there is anything to work on.</summary>
    public bool HasSource => IsDynamic || GivenHandle is not null;

    /// <summary>Whether it belongs to a snapshot for good.</summary>
    public bool IsBound => Ref?.Uid is { Length: > 0 };

    /// <summary>Whether a call to take it may be at work at the driver.</summary>
    public bool IsBeingCreated => Object.Annotation(Keys.BeingCreated) is not null;

    /// <summary>Whether its user deleted it.</summary>
    public bool IsMarkedDeleted => Object.Annotation(Keys.BeingDeleted) is not null;

    /// <summary>Whether it is to go, be it that something has to be known before it may.</summary>
    public bool IsToGo => Object.IsBeingDeleted && (IsMarkedDeleted || (GivenHandle is not null && !IsBound));

    /// <summary>
    /// Whether it may be deleted now (snapshotter contract 4). As long as the outcome of a call to take it is not known it may not: what that
    /// call leaves at the driver would have no name any more.
    /// </summary>
    public bool IsToBeDeleted => IsToGo && (!IsBeingCreated || (GivenHandle is not null && !IsBound));

    /// <summary>
    /// The handle to delete at the driver; null where there is nothing, or nothing any more. A handle that was given counts where none was noted:
    /// the content may be deleted before anybody looked at it. Each look says whether it is ready, and what the driver has deleted is neither: its
    /// handle may be somebody else's by now. Without our finalizer it was released already.
    /// </summary>
    public string? HandleToDelete => NotedHandle is { Length: > 0 } noted ? noted
        : GivenHandle is { Length: > 0 } given && (!HasStatus || (IsReady is not null && Object.HasFinalizer(Keys.Finalizer))) ? given : null;

    /// <summary>The handle by which the driver's snapshot goes with the content; null where it stays, or goes with its group.</summary>
    public string? HandleThatGoes => DeletionPolicy is WellKnown.DeletePolicy && !IsOfGroup ? HandleToDelete : null;

    /// <summary>Whether a mark is left on it that nothing needs any more: with its handle noted nothing can be left behind.</summary>
    public bool IsMarkedForNothing => IsBeingCreated && NotedHandle is not null;

    /// <summary>Whether all of ours is done for its deletion: it stays because somebody else holds it.</summary>
    private bool IsReleased => IsToBeDeleted && HandleThatGoes is null && !Object.HasFinalizer(Keys.Finalizer);

    /// <summary>
    /// Whether it is all done, until somebody asks for something else. One that is ready is looked at again only to be deleted, or where a mark of
    /// ours was left on it.
    /// </summary>
    public bool IsSettled => !HasSource || IsReleased || (!IsToBeDeleted && IsReady is true && !IsBeingCreated);

    /// <summary>The reference of an event about it.</summary>
    public ObjectReference Reference => ObjectReference.To(Object, Keys.Kind, Keys.ApiVersion);

    /// <summary>The reference of an event about what it is the content of; null as long as that is not certain.</summary>
    public ObjectReference? OwnerReference => IsBound && Ref is { Name.Length: > 0 } owner
        ? new ObjectReference { Kind = Keys.OwnerKind, ApiVersion = Keys.ApiVersion, Namespace = owner.Namespace, Name = owner.Name, Uid = owner.Uid }
        : null;
}
