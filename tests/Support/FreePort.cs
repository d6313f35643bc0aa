using System.Net;
using System.Net.Sockets;

namespace Sidecars.Tests.Support;

/// <summary>
/// A port of the loopback interface that nobody used a moment ago. For programs that must be told a port; whatever can listen on port 0 and
/// say what it got should do that instead.
/// </summary>
public static class FreePort
{
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
