using Microsoft.Extensions.Logging;

namespace Sidecars.HostPathDriver.Storage;

/// <summary>
/// Where the bytes of volumes and snapshots lie: a directory for each filesystem volume, a sparse file for each block volume, named by
/// the id the driver gave out. Names of callers never reach a path. What carries the name of an id without a record is the rest of a
/// creation or deletion that was cut off, and is swept when the driver starts; anything else is somebody's, and is left alone.
/// </summary>
internal sealed partial class DataDirectory
{
    // Pods run as any user; who may reach a volume is decided by its parent directories, which only the owner can enter.
    private const UnixFileMode OpenToPods =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private const string VolumePrefix = "vol-";
    private const string SnapshotPrefix = "snap-";

    private readonly string _volumes;
    private readonly string _snapshots;
    private readonly ILogger _log;

    public DataDirectory(string root, ILogger log)
    {
        _volumes = Path.Combine(root, "volumes");
        _snapshots = Path.Combine(root, "snapshots");
        _log = log;
        Directory.CreateDirectory(_volumes);
        Directory.CreateDirectory(_snapshots);
    }

    public static string NewVolumeId() => $"{VolumePrefix}{Guid.NewGuid():N}";

    public static string NewSnapshotId() => $"{SnapshotPrefix}{Guid.NewGuid():N}";

    public string VolumePath(string id) => Path.Combine(_volumes, id);

    public string SnapshotPath(string id) => Path.Combine(_snapshots, id);

    public static bool Exists(string path, bool isBlock) => isBlock ? File.Exists(path) : Directory.Exists(path);

    public static void CreateEmpty(string path, bool isBlock, long capacity)
    {
        if (isBlock)
        {
            using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            file.SetLength(capacity);
            return;
        }

        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, OpenToPods);
    }

    /// <summary>Makes a block volume's file longer; a directory has no size of its own.</summary>
    public static void Grow(string path, bool isBlock, long capacity)
    {
        if (!isBlock) return;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write);
        if (file.Length < capacity) file.SetLength(capacity);
    }

    /// <summary>Removes the data; fine when there is none. Links inside are removed, never followed.</summary>
    public static void Delete(string path)
    {
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        else File.Delete(path);
    }

    /// <summary>Data without any record is not ours to judge: the state file was lost, or the directory is somebody else's.</summary>
    /// <exception cref="InvalidDataException">There is data.</exception>
    public void RequireEmpty()
    {
        foreach (var directory in (ReadOnlySpan<string>)[_volumes, _snapshots])
        {
            if (!Directory.EnumerateFileSystemEntries(directory).Any()) continue;
            throw new InvalidDataException(
                $"There is data in {directory} but no state file that knows it. Restore the state file, or give another --state-dir; nothing was touched.");
        }
    }

    /// <summary>Removes what has the name of an id and no record.</summary>
    public void Sweep(Func<string, bool> isVolume, Func<string, bool> isSnapshot)
    {
        SweepOne(_volumes, VolumePrefix, isVolume);
        SweepOne(_snapshots, SnapshotPrefix, isSnapshot);
    }

    private void SweepOne(string directory, string prefix, Func<string, bool> isKnown)
    {
        foreach (var path in Directory.EnumerateFileSystemEntries(directory, prefix + "*"))
        {
            var name = Path.GetFileName(path);
            if (isKnown(name) || !Guid.TryParseExact(name[prefix.Length..], "N", out _)) continue;
            Log.Swept(_log, path);
            Delete(path);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Removed data without a record, left by a creation or deletion that was cut off: {Path}")]
        public static partial void Swept(ILogger logger, string path);
    }
}
