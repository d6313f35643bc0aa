using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;

namespace Sidecars.Tests.Support;

/// <summary>
/// A proxy that tells the test what it was asked, answers as the test says, and after a good answer passes all bytes on to one server, whatever
/// name it was asked for.
/// </summary>
public sealed class ScriptedProxy : IAsyncDisposable
{
    private readonly Channel<string> _asked = Channel.CreateUnbounded<string>();
    private readonly Func<Stream, Task<(string Asked, bool IsGood)>> _greet;
    private readonly int _target;
    private readonly X509Certificate2? _certificate;
    private readonly AcceptedConnections _connected;
    private volatile int _vanished;
    private int _connections;

    private ScriptedProxy(int target, X509Certificate2? certificate, Func<Stream, Task<(string, bool)>> greet)
    {
        (_target, _certificate, _greet) = (target, certificate, greet);
        _connected = new AcceptedConnections(Serve);
    }

    public int Port => _connected.Port;

    /// <summary>Connections so far, whatever became of them.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>An HTTP proxy, which is spoken to over TLS where it has a certificate.</summary>
    public static ScriptedProxy Http(int target, string answer = "HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n", X509Certificate2? certificate = null) => new(target, certificate, async stream =>
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one) > 0) head.Append((char)one[0]);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(answer));
        return (head.ToString(), answer.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal));
    });

    /// <summary>A SOCKS 5 proxy that wants a login, or none.</summary>
    public static ScriptedProxy Socks(int target, bool wantsLogin, byte answer = 0) => new(target, null, async stream =>
    {
        var methods = await Read(stream, (await Read(stream, 2))[1]);
        var login = "";
        await stream.WriteAsync(new byte[] { 5, wantsLogin ? (byte)2 : (byte)0 });
        if (wantsLogin)
        {
            var user = Encoding.UTF8.GetString(await Read(stream, (await Read(stream, 2))[1]));
            login = $"{user}:{Encoding.UTF8.GetString(await Read(stream, (await Read(stream, 1))[0]))}";
            await stream.WriteAsync(new byte[] { 1, 0 });
        }
        var kind = (await Read(stream, 4))[3];
        var host = kind is 3 ? Encoding.ASCII.GetString(await Read(stream, (await Read(stream, 1))[0])) : new IPAddress(await Read(stream, kind is 1 ? 4 : 16)).ToString();
        var port = await Read(stream, 2);
        await stream.WriteAsync(new byte[] { 5, answer, 0, 1, 0, 0, 0, 0, 0, 0 });
        return ($"methods {string.Join(',', methods)} login {login} to {host}:{port[0] << 8 | port[1]}", answer is 0);
    });

    /// <summary>What the next connection asked for.</summary>
    public Task<string> Asked() => _asked.Reader.ReadAsync().WithinLimit();

    /// <summary>From now on nothing comes through the connections there are, in either direction; none is closed. New ones are served.</summary>
    public void Vanish() => Interlocked.Increment(ref _vanished);

    public ValueTask DisposeAsync() => _connected.DisposeAsync();

    private async Task Serve(TcpClient client, CancellationToken stop)
    {
        Interlocked.Increment(ref _connections);
        Stream stream = client.GetStream();
        if (_certificate is not null)
        {
            var secure = new SslStream(stream);
            stream = secure;
            await secure.AuthenticateAsServerAsync(_certificate);
        }
        var (asked, isGood) = await _greet(stream);
        _asked.Writer.TryWrite(asked);
        if (!isGood) return;
        using var other = new TcpClient();
        await other.ConnectAsync(IPAddress.Loopback, _target, stop);
        var opened = _vanished;
        await Task.WhenAny(Copy(stream, other.GetStream(), opened, stop), Copy(other.GetStream(), stream, opened, stop));
    }

    private async Task Copy(Stream from, Stream to, int opened, CancellationToken stop)
    {
        var bytes = new byte[4096];
        while (await from.ReadAsync(bytes, stop) is > 0 and var read)
        {
            if (opened != _vanished) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
            await to.WriteAsync(bytes.AsMemory(0, read), stop);
        }
    }

    private static async Task<byte[]> Read(Stream stream, int count)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes);
        return bytes;
    }
}
