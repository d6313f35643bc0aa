using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Sidecars.Tests.Support;

/// <summary>
/// Takes the listening socket away under a listener of this process: its descriptor leads to a socket that does not listen, so that the accept
/// which the next client wakes fails for good. Clients can connect until this is disposed, which must not be before the accept has been seen to fail:
/// nobody wakes it after that.
/// </summary>
public sealed partial class BrokenListener : IDisposable
{
    private readonly int _kept;

    public BrokenListener(Socket listener) : this((int)listener.Handle)
    {
    }

    private BrokenListener(int descriptor)
    {
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _kept = Duplicate(descriptor);
        if (_kept < 0 || DuplicateTo((int)other.Handle, descriptor) < 0) throw new InvalidOperationException($"dup2 failed with {Marshal.GetLastPInvokeError()}");
    }

    /// <summary>The listener on a Unix socket's path.</summary>
    public static BrokenListener OfPath(string path)
    {
        const int inode = 6;
        const string listens = " 00010000 "; // the flag, which those it has accepted do not have
        return Of(File.ReadLines("/proc/net/unix").Single(line => line.EndsWith(" " + path, StringComparison.Ordinal) && line.Contains(listens, StringComparison.Ordinal)), inode);
    }

    /// <summary>The listener on a TCP port of IPv4.</summary>
    public static BrokenListener OfPort(int port)
    {
        const int inode = 9;
        var local = string.Create(CultureInfo.InvariantCulture, $":{port:X4} ");
        return Of(File.ReadLines("/proc/net/tcp").Single(line => line.Contains(local, StringComparison.Ordinal) && line.Contains(" 0A ", StringComparison.Ordinal)), inode);
    }

    public void Dispose() => _ = Close(_kept);

    private static BrokenListener Of(string line, int column)
    {
        var link = $"socket:[{line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[column]}]";
        var file = Directory.EnumerateFileSystemEntries("/proc/self/fd").Single(entry => new FileInfo(entry).LinkTarget == link);
        return new BrokenListener(int.Parse(Path.GetFileName(file), CultureInfo.InvariantCulture));
    }

    [LibraryImport("libc", EntryPoint = "dup", SetLastError = true)]
    private static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int DuplicateTo(int descriptor, int target);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
