using System.Net;
using System.Net.Sockets;

namespace Sidecars.Tests.Support;

/// <summary>
/// A port that nobody used a moment ago. For programs that must be told a port; whatever can listen on port 0 and say what it got should do
/// that instead. The ports are below those that the system gives to clients, so that no client of the tests takes one meanwhile.
/// </summary>
public static class FreePort
{
    private const int First = 20_000;
    private const int Count = 10_000;

    private static int s_next = Environment.ProcessId * 31;

    public static int Next()
    {
        while (true)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref s_next) % Count);
            try
            {
                using var listener = new TcpListener(IPAddress.Any, port);
                listener.Start();
                return port;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse)
            {
                // Somebody else's; the next.
            }
        }
    }
}
