using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Watching;

internal enum WatchLineKind
{
    Added,
    Modified,
    Deleted,
    Bookmark,

    /// <summary>A bookmark that says the initial list is complete.</summary>
    InitialListEnd,

    /// <summary>The server refuses to go on, and says why.</summary>
    Error,

    /// <summary>The object of the line cannot be read, all the rest can. The line has its readable part, if there is one.</summary>
    Unreadable,

    /// <summary>The object that is gone cannot be read.</summary>
    DeletedUnreadable,

    /// <summary>The server closed the stream properly, or the page of a list is at its end.</summary>
    Ended,

    /// <summary>The stream broke or fell silent; what came before holds.</summary>
    Broken,

    /// <summary>A whole line cannot be understood: what it would have said is lost, and the next stream would say it again.</summary>
    Garbled,
}

/// <summary>One line of a watch stream or one object of a list, or how it ended.</summary>
internal readonly record struct WatchLine<T>(WatchLineKind Kind, T? Object = null, ulong Version = 0, ApiFailure? Failure = null, UnreadableObject? Unreadable = null)
    where T : KubeObject;
