namespace Sidecars.Hosting.Files;

/// <summary>What a path leads to, as far as programs with Unix sockets care.</summary>
public enum FileKind
{
    /// <summary>Nothing, or the path leads nowhere.</summary>
    Missing,

    /// <summary>A Unix socket, whether or not anybody listens on it.</summary>
    Socket,

    /// <summary>Anything else: a regular file, a directory, a device.</summary>
    Other,
}
