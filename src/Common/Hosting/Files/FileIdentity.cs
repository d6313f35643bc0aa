namespace Sidecars.Hosting.Files;

/// <summary>
/// Which file a path leads to at this moment. Two readings that are equal are the same file with the same owner and mode; a file that was
/// removed and made anew differs even where the file system gives the number of the old one to the new one, because the time of the change
/// is part of it. Says nothing about content, and nothing about who listens on a socket.
/// </summary>
/// <param name="Kind">What the path leads to; symbolic links are followed.</param>
/// <param name="Device">Number of the file system, 0 where nothing is there.</param>
/// <param name="Inode">Number of the file on it, 0 where nothing is there.</param>
/// <param name="ChangedAt">Time of the last change of the file's own entry, in nanoseconds since 1970.</param>
public readonly record struct FileIdentity(FileKind Kind, ulong Device, ulong Inode, Int128 ChangedAt)
{
    private const int NanosecondsOfSecond = 1_000_000_000;

    /// <summary>
    /// Reads the identity of <paramref name="path"/>. Where nothing is there it is of kind <see cref="FileKind.Missing"/>; null, with the
    /// system's words in <paramref name="error"/>, where that cannot be known, for want of permission for instance.
    /// </summary>
    public static FileIdentity? Read(string path, out string? error)
    {
        error = LinuxFiles.Stat(path, out var stat);
        if (error is not null) return null;
        if (stat.Mode is 0) return default(FileIdentity);
        var kind = (stat.Mode & LinuxFiles.TypeMask) == LinuxFiles.SocketType ? FileKind.Socket : FileKind.Other;
        var changedAt = (Int128)stat.ChangedSeconds * NanosecondsOfSecond + stat.ChangedNanoseconds;
        return new FileIdentity(kind, ((ulong)stat.DeviceMajor << 32) | stat.DeviceMinor, stat.Inode, changedAt);
    }
}
