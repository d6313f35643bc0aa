using System.Runtime.InteropServices;

namespace Sidecars.Hosting.Files;

/// <summary>The calls of Linux that the class library has no counterpart for.</summary>
internal static partial class LinuxFiles
{
    public const ushort TypeMask = 0xF000;
    public const ushort SocketType = 0xC000;

    private const int CurrentDirectory = -100;
    private const uint BasicStats = 0x7FF;
    private const int NoEntry = 2;
    private const int WriteAndEnter = 3; // W_OK | X_OK

    /// <summary>The system's words for why nothing is known, or null; a mode of 0 stands for "nothing there".</summary>
    public static string? Stat(string path, out FileStat stat)
    {
        if (StatX(CurrentDirectory, path, 0, BasicStats, out stat) is 0) return null;
        var code = Marshal.GetLastPInvokeError();
        stat = default;
        return code is NoEntry ? null : Marshal.GetPInvokeErrorMessage(code);
    }

    /// <summary>The system's words for why nothing can be made in a directory, or null where nothing speaks against it.</summary>
    public static string? WhyNotWritable(string directory) =>
        Access(directory, WriteAndEnter) is 0 ? null : Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());

    /// <summary>Sets the mask of modes for new files of the whole process and returns the one before.</summary>
    [LibraryImport("libc", EntryPoint = "umask")]
    public static partial uint SetUmask(uint mask);

    [LibraryImport("libc", EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);

    // Unlike stat, its structure is the same on every processor.
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int directory, string path, int flags, uint mask, out FileStat stat);

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct FileStat
    {
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(96)] public long ChangedSeconds;
        [FieldOffset(104)] public uint ChangedNanoseconds;
        [FieldOffset(136)] public uint DeviceMajor;
        [FieldOffset(140)] public uint DeviceMinor;
    }
}
