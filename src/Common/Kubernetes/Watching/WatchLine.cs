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

    /// <summary>The server closed the stream properly.</summary>
    Ended,

    /// <summary>The stream broke, fell silent or cannot be understood.</summary>
    Broken,
}

/// <summary>One line of a watch stream, or how the stream ended.</summary>
internal readonly record struct WatchLine<T>(WatchLineKind Kind, T? Object = null, ulong Version = 0, ApiFailure? Failure = null)
    where T : KubeObject;
