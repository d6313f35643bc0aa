using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Sidecars.Tests.Support;

/// <summary>
/// Takes the listening socket away under a listener: its descriptor leads to a socket that does not listen, so that the accept which the next
/// client wakes fails for good. Clients can connect until this is disposed.
/// </summary>
public sealed partial class BrokenListener : IDisposable
{
    private readonly int _kept;

    public BrokenListener(Socket listener)
    {
        using var other = new Socket(listener.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        var descriptor = (int)listener.Handle;
        _kept = Duplicate(descriptor);
        if (_kept < 0 || DuplicateTo((int)other.Handle, descriptor) < 0) throw new InvalidOperationException($"dup2 failed with {Marshal.GetLastPInvokeError()}");
    }

    public void Dispose() => _ = Close(_kept);

    [LibraryImport("libc", EntryPoint = "dup", SetLastError = true)]
    private static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int DuplicateTo(int descriptor, int target);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
