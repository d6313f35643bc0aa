using System.Runtime.InteropServices;

namespace Sidecars.HostPathDriver.NodeSide;

/// <summary>
/// Publishes with bind mounts, as a driver on a real node does; needs the right to mount. A block volume's file is bound onto a file at
/// the target.
/// </summary>
internal sealed partial class BindMounter : IMounter
{
    // linux/mount.h
    private const ulong ReadOnly = 1;
    private const ulong Remount = 32;
    private const ulong Bind = 4096;

    // The path of a mount is the fifth field of a line.
    private const int MountPointField = 4;

    public void Stage(string data, bool isBlock, string stagingPath)
    {
        Directory.CreateDirectory(stagingPath);
        if (!isBlock && !IsMountPoint(stagingPath)) MountAt(data, stagingPath, Bind);
    }

    public void Unstage(string data, string stagingPath)
    {
        if (IsMountPoint(stagingPath)) UnmountAt(stagingPath);
    }

    public void Publish(string data, bool isBlock, string targetPath, bool isReadOnly)
    {
        if (!IsMountPoint(targetPath))
        {
            if (isBlock)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(targetPath) ?? "/");
                using var target = new FileStream(targetPath, FileMode.OpenOrCreate);
            }
            else
            {
                Directory.CreateDirectory(targetPath);
            }

            MountAt(data, targetPath, Bind);
        }

        // Linux ignores the read-only flag of a new bind mount and obeys it on the second call.
        if (isReadOnly) MountAt(data, targetPath, Bind | Remount | ReadOnly);
    }

    public void Unpublish(string data, string targetPath)
    {
        if (IsMountPoint(targetPath)) UnmountAt(targetPath);
        if (Directory.Exists(targetPath)) Directory.Delete(targetPath);
        else File.Delete(targetPath);
    }

    public bool IsPublished(string data, string targetPath) => IsMountPoint(targetPath);

    private static bool IsMountPoint(string path) => File.ReadLines("/proc/self/mountinfo").Any(line =>
        line.Split(' ') is { Length: > MountPointField } fields && Unescape(fields[MountPointField]) == path);

    // The kernel writes these four characters in octal.
    private static string Unescape(string path) => path
        .Replace("\\040", " ", StringComparison.Ordinal)
        .Replace("\\011", "\t", StringComparison.Ordinal)
        .Replace("\\012", "\n", StringComparison.Ordinal)
        .Replace("\\134", "\\", StringComparison.Ordinal);

    private static void MountAt(string source, string target, ulong flags)
    {
        if (Mount(source, target, null, new UIntPtr(flags), IntPtr.Zero) == 0) return;
        throw new IOException($"Mounting {source} at {target} failed: {Marshal.GetLastPInvokeErrorMessage()}. Without --mount, links are used.");
    }

    private static void UnmountAt(string target)
    {
        if (Unmount(target, 0) == 0) return;
        throw new IOException($"Unmounting {target} failed: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string? fileSystem, UIntPtr flags, IntPtr data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target, int flags);
}
