using System.Net.Sockets;
using System.Text;
using Sidecars.Csi;
using Sidecars.Hosting.Files;

namespace Sidecars.NodeDriverRegistrar.Registration;

/// <summary>
/// The socket in the kubelet's directory, and its file: removed where an earlier run left it, made for our user alone, removed at the end. Its file
/// is only ever removed by us where it is a socket, and after the start only where it is still ours. Not for several threads.
/// </summary>
internal sealed class RegistrationSocket(string path) : IDisposable
{
    /// <summary>Clients the kernel keeps until they are accepted.</summary>
    private const int Backlog = 128;

    private FileIdentity _own;

    public string Path => path;

    /// <summary>The listener, which lives until the socket is closed or opened again; null while there is none.</summary>
    public Socket? Listener { get; private set; }

    /// <summary>Removes a socket that is in the way. Null where the path is free now, or why it is not.</summary>
    public string? RemoveStale()
    {
        var found = FileIdentity.Read(path, out var error);
        return found?.Kind switch
        {
            null => $"failed to stat the socket {path}: {error}",
            FileKind.Missing => null,
            FileKind.Socket => Delete(),
            _ => $"cannot make the registration socket {path}: a file of that name exists and it's not a socket; it is left alone, remove it if nobody needs it",
        };
    }

    /// <summary>Makes the socket, with mode 0700, and listens. Null, or why that is impossible.</summary>
    public string? Open()
    {
        Close();
        if (Encoding.UTF8.GetByteCount(path) is > CsiAddress.LongestPath and var length)
        {
            return $"cannot listen on {path}: the path has {length} octets and that of a Unix socket at most {CsiAddress.LongestPath}; " +
                "use a shorter --plugin-registration-path";
        }
        Socket? socket = null;
        try
        {
            socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            using (PrivateUmask.Set()) socket.Bind(new KeptSocketEndPoint(path));
            socket.Listen(Backlog);
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            return $"cannot listen on {path}: {WhyNot(e)}";
        }
        // No other file can have the number of ours as long as we listen, because the kernel holds it for us.
        _own = FileIdentity.Read(path, out _) ?? default;
        Listener = socket;
        return null;
    }

    /// <summary>Whether a file is the one we listen on. Its owner and mode may have changed.</summary>
    public bool IsOwn(FileIdentity file) =>
        Listener is not null && file.Kind == FileKind.Socket && file.Device == _own.Device && file.Inode == _own.Inode;

    /// <summary>Removes the file if it is ours; one that is gone, or another's, is fine. Null, or why it is still there.</summary>
    public string? RemoveOwn()
    {
        if (FileIdentity.Read(path, out var error) is not { } found) return $"cannot remove the registration socket {path}: {error}";
        return IsOwn(found) ? Delete() : null;
    }

    /// <summary>Stops listening. The file stays.</summary>
    public void Close()
    {
        Listener?.Dispose();
        Listener = null;
    }

    public void Dispose() => Close();

    private string? Delete()
    {
        try
        {
            File.Delete(path);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"cannot remove the registration socket {path}: {e.Message}";
        }
    }

    // The platform has no number for some of the system's errors, that of a read-only file system among them, so the directory is asked too.
    private string WhyNot(SocketException failure)
    {
        var directory = System.IO.Path.GetDirectoryName(path) is { Length: > 0 } parent ? parent : ".";
        if (!Directory.Exists(directory))
            return $"the directory {directory} does not exist: mount the kubelet's plugins_registry there, or name it with --plugin-registration-path";
        var reason = LinuxFiles.WhyNotWritable(directory) ?? (failure.SocketErrorCode is SocketError.SocketError ? "the system does not say why" : failure.Message);
        return reason + failure.SocketErrorCode switch
        {
            SocketError.TooManyOpenSockets => "; the process may not open more files: raise its limit (ulimit -n)",
            SocketError.AddressAlreadyInUse => "; something is there that is not a socket, a symbolic link that leads nowhere for instance: remove it",
            _ => $"; the directory {directory} must be the kubelet's plugins_registry, mounted so that this program may write to it, with space left",
        };
    }
}
