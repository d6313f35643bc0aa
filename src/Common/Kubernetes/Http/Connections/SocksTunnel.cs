using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Sidecars.Kubernetes.Http.Connections;

/// <summary>
/// Asks a SOCKS 5 proxy to pass our bytes on to a server (RFC 1928, with user and password as in RFC 1929). Names are resolved by the
/// proxy.
/// </summary>
internal static class SocksTunnel
{
    private const byte Version = 5;
    private const byte NoLogin = 0;
    private const byte WithLogin = 2;

    /// <summary>After this the stream leads to the server. Throws <see cref="IOException"/> with what the proxy answered.</summary>
    public static async Task Open(Stream stream, ProxyAddress proxy, string host, int port, CancellationToken cancel)
    {
        await stream.WriteAsync(proxy.User is null ? [Version, 1, NoLogin] : new byte[] { Version, 2, NoLogin, WithLogin }, cancel);
        var chosen = await Read(stream, 2, proxy, cancel);
        if (chosen[0] is not Version) throw new IOException($"{proxy} is no SOCKS 5 proxy");
        if (chosen[1] is WithLogin && proxy.User is not null) await LogIn(stream, proxy, cancel);
        else if (chosen[1] is not NoLogin) throw new IOException($"the proxy {proxy} wants a login that was not given or that we do not know");

        await stream.WriteAsync(new byte[] { Version, 1, 0 }.Concat(Destination(host)).Concat(Port(port)).ToArray(), cancel);
        var answer = await Read(stream, 4, proxy, cancel);
        if (answer[1] is not 0) throw new IOException($"the proxy {proxy} did not connect us to {host}:{port}: {Meaning(answer[1])}");
        var address = answer[3] switch
        {
            1 => 4,
            4 => 16,
            _ => (await Read(stream, 1, proxy, cancel))[0],
        };
        await Read(stream, address + 2, proxy, cancel); // where the proxy speaks from, which is nothing to us
    }

    private static async Task LogIn(Stream stream, ProxyAddress proxy, CancellationToken cancel)
    {
        const int longest = 255;
        var (user, password) = (Encoding.UTF8.GetBytes(proxy.User!), Encoding.UTF8.GetBytes(proxy.Password ?? ""));
        if (user.Length is 0 or > longest || password.Length > longest)
            throw new IOException($"the login for the proxy {proxy} is longer than SOCKS allows, or has no user");
        await stream.WriteAsync(new byte[] { 1, (byte)user.Length }.Concat(user).Append((byte)password.Length).Concat(password).ToArray(), cancel);
        if ((await Read(stream, 2, proxy, cancel))[1] is not 0) throw new IOException($"the proxy {proxy} refuses user and password");
    }

    private static byte[] Destination(string host)
    {
        if (IPAddress.TryParse(host, out var address))
        {
            var bytes = address.GetAddressBytes();
            return [bytes.Length is 4 ? (byte)1 : (byte)4, .. bytes];
        }
        var name = Encoding.ASCII.GetBytes(host); // at most 255, as every name of a host
        return [3, (byte)name.Length, .. name];
    }

    private static byte[] Port(int port)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)port);
        return bytes;
    }

    private static async Task<byte[]> Read(Stream stream, int count, ProxyAddress proxy, CancellationToken cancel)
    {
        var bytes = new byte[count];
        return await stream.ReadAtLeastAsync(bytes, count, throwOnEndOfStream: false, cancel) == count
            ? bytes
            : throw new IOException($"the proxy {proxy} closed the connection");
    }

    private static string Meaning(byte code) => code switch
    {
        2 => "not allowed",
        3 => "network unreachable",
        4 => "host unreachable",
        5 => "connection refused",
        6 => "it took too long",
        _ => $"SOCKS error {code}",
    };
}
