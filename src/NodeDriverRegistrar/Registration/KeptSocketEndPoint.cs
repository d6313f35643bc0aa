using System.Net;
using System.Net.Sockets;

namespace Sidecars.NodeDriverRegistrar.Registration;

/// <summary>
/// The address of a Unix socket whose file stays when the socket is closed. The platform's own type deletes whatever is at the path by then,
/// which may be the socket of another process.
/// </summary>
internal sealed class KeptSocketEndPoint(string path) : EndPoint
{
    private readonly UnixDomainSocketEndPoint _address = new(path);

    public override AddressFamily AddressFamily => AddressFamily.Unix;

    public override SocketAddress Serialize() => _address.Serialize();

    public override EndPoint Create(SocketAddress socketAddress) => _address.Create(socketAddress);
}
