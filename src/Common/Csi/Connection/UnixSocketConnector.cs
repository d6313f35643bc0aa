using System.Net.Sockets;
using Sidecars.Hosting;
using Sidecars.Hosting.Files;

namespace Sidecars.Csi;

/// <summary>
/// Opens one socket to a driver, once, within a limit: no retry, no state. A failure is an exception of the socket layer, and
/// <see cref="Describe"/> puts it into words that name the likely cause.
/// </summary>
internal static class UnixSocketConnector
{
    /// <summary>
    /// Longest wait for one attempt. A Unix socket answers at once unless the driver's backlog is full; a network address may swallow
    /// packets (common contract 3.2).
    /// </summary>
    internal static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(1);

    internal static async Task<NetworkStream> ConnectAsync(CsiAddress address, TimeProvider time, CancellationToken stop)
    {
        using var limit = new TimeLimit(AttemptLimit, time, stop);
        var socket = address.SocketPath is null
            ? new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (address.SocketPath is { } path) await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), limit.Token);
            else await socket.ConnectAsync(address.Host!, address.Port, limit.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (OperationCanceledException) when (limit.HasPassed)
        {
            socket.Dispose();
            throw new SocketException((int)SocketError.TimedOut);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Whether somebody listens who could not take the connection just now.</summary>
    internal static bool IsBusy(Exception failure) => failure is SocketException { SocketErrorCode: SocketError.WouldBlock or SocketError.TimedOut };

    /// <summary>What an attempt met, and what that usually means.</summary>
    internal static string Describe(Exception failure, CsiAddress address) => failure switch
    {
        // A missing file is reported as an invalid address: the path did not resolve to a socket.
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } => "no such file: nobody has created the socket yet",
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "connection refused: " + WhyRefused(address.SocketFile),
        SocketException { SocketErrorCode: SocketError.AccessDenied } => "permission denied: this user may not write to the socket, or not enter its directory",
        SocketException { SocketErrorCode: SocketError.WouldBlock } => "whoever listens there has no room for another connection: it accepts them too slowly, or not at all",
        SocketException { SocketErrorCode: SocketError.TimedOut } => "no answer within a second: nobody accepts connections there",
        // The platform has no number for some of the system's errors, a part of the path that is no directory for instance.
        SocketException { SocketErrorCode: SocketError.SocketError } when address.SocketFile is { } file => WhyUnseen(file) ?? failure.Message,
        _ => failure.Message,
    };

    private static string? WhyUnseen(string file)
    {
        FileIdentity.Read(file, out var error);
        return error;
    }

    private static string WhyRefused(string? file)
    {
        if (file is null) return "nobody listens there";
        return FileIdentity.Read(file, out _)?.Kind is FileKind.Other
            ? "what is there is no socket"
            : "nobody listens there any more, the socket file is left over";
    }
}
