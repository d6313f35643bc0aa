using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;

namespace Sidecars.Tests.Support;

/// <summary>
/// TLS before a server on this machine that speaks without it, and the network in between. It notes what each client showed in its handshake, and
/// passes all bytes on; as the test says it shows another certificate, cuts or swallows what is connected, or changes what the server says.
/// </summary>
public sealed class TlsFront : IAsyncDisposable
{
    private const int BufferSize = 64 * 1024;

    private readonly Channel<Handshake> _handshakes = Channel.CreateUnbounded<Handshake>();
    private readonly List<Handshake> _all = [];
    private readonly int _target;
    private readonly bool _asksForCertificate;
    private readonly AcceptedConnections _connected;
    private volatile CancellationTokenSource _cut = new();
    private volatile int _vanished;
    private volatile byte[][]? _alteration;

    /// <param name="target">Port of the server on this machine.</param>
    /// <param name="certificate">The server's certificate with its key.</param>
    /// <param name="asksForCertificate">Whether clients are to show one.</param>
    /// <param name="isOnEveryAddress">Whether it listens on more than the loopback address.</param>
    public TlsFront(int target, X509Certificate2 certificate, bool asksForCertificate = false, bool isOnEveryAddress = false)
    {
        (_target, Certificate, _asksForCertificate) = (target, certificate, asksForCertificate);
        _connected = new AcceptedConnections((client, stop) => Serve(client, _cut.Token, stop), isOnEveryAddress);
    }

    public int Port => _connected.Port;

    public string Url => $"https://127.0.0.1:{Port}";

    /// <summary>What it shows in the next handshake.</summary>
    public X509Certificate2 Certificate { get; set; }

    /// <summary>The handshakes so far.</summary>
    public IReadOnlyList<Handshake> Handshakes
    {
        get
        {
            lock (_all) return [.. _all];
        }
    }

    /// <summary>The first of the handshakes nobody has waited for yet that satisfies the condition.</summary>
    public async Task<Handshake> Next(Func<Handshake, bool> condition)
    {
        while (true)
        {
            var next = await _handshakes.Reader.ReadAsync().WithinLimit();
            if (condition(next)) return next;
        }
    }

    /// <summary>Ends all connections there are.</summary>
    public void Cut() => Interlocked.Exchange(ref _cut, new CancellationTokenSource()).Cancel();

    /// <summary>From now on nothing comes through the connections there are, in either direction; none is closed. New ones are served.</summary>
    public void Vanish() => Interlocked.Increment(ref _vanished);

    /// <summary>What the server says comes with another text of the same length in the place of one, so that no length around it has to change.</summary>
    public void Alter(string text, string into)
    {
        if (text.Length != into.Length) throw new ArgumentException($"{text} and {into} differ in length", nameof(into));
        _alteration = [Encoding.ASCII.GetBytes(text), Encoding.ASCII.GetBytes(into)];
    }

    /// <summary>What the server says is passed on as it is again.</summary>
    public void StopAltering() => _alteration = null;

    public async ValueTask DisposeAsync()
    {
        await _connected.DisposeAsync();
        _cut.Dispose();
    }

    private async Task Serve(TcpClient client, CancellationToken cut, CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop, cut);
        var opened = _vanished;
        await using var secure = await Greet(client, end.Token);
        using var server = new TcpClient();
        await server.ConnectAsync(IPAddress.Loopback, _target, end.Token);
        await Task.WhenAny(Pass(secure, server.GetStream(), () => null, opened, end.Token), Pass(server.GetStream(), secure, () => _alteration, opened, end.Token));
        await end.CancelAsync();
    }

    private async Task<SslStream> Greet(TcpClient client, CancellationToken end)
    {
        var (name, certificates) = ("", Array.Empty<string>());
        var secure = new SslStream(client.GetStream());
        await secure.AuthenticateAsServerAsync((_, hello, _, _) =>
        {
            name = hello.ServerName;
            return ValueTask.FromResult(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = SslStreamCertificateContext.Create(Certificate, null, offline: true),
                ClientCertificateRequired = _asksForCertificate,
                AllowTlsResume = false, // a resumed session shows the client's own certificate alone
                ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
                RemoteCertificateValidationCallback = (_, own, chain, _) =>
                {
                    if (own is not null) certificates = [own.Subject, .. chain!.ChainPolicy.ExtraStore.Select(c => c.Subject).Except([own.Subject])];
                    return true;
                },
            });
        }, null, end);
        var from = ((IPEndPoint)client.Client.RemoteEndPoint!).Address;
        var handshake = new Handshake(name, secure.NegotiatedApplicationProtocol.ToString(), certificates, IPAddress.IsLoopback(from));
        lock (_all) _all.Add(handshake);
        _handshakes.Writer.TryWrite(handshake);
        return secure;
    }

    private async Task Pass(Stream from, Stream to, Func<byte[][]?> alteration, int opened, CancellationToken end)
    {
        var bytes = new byte[BufferSize];
        var held = 0;
        while (await from.ReadAsync(bytes.AsMemory(held), end) is > 0 and var read)
        {
            if (opened != _vanished) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, end);
            var length = held + read;
            held = Change(bytes.AsSpan(0, length), alteration());
            await to.WriteAsync(bytes.AsMemory(0, length - held), end);
            bytes.AsSpan(length - held, held).CopyTo(bytes);
        }
    }

    /// <summary>How many bytes at the end may be the beginning of what is to be changed: they wait for the rest.</summary>
    private static int Change(Span<byte> bytes, byte[][]? alteration)
    {
        if (alteration is not [var text, var into]) return 0;
        for (var at = 0; bytes[at..].IndexOf(text) is >= 0 and var found; at += found + text.Length) into.CopyTo(bytes[(at + found)..]);
        for (var length = Math.Min(text.Length - 1, bytes.Length); length > 0; length--)
            if (bytes[^length..].SequenceEqual(text.AsSpan(0, length))) return length;
        return 0;
    }

    /// <param name="ServerName">Name in the handshake; empty where there was none.</param>
    /// <param name="Protocol">The protocol agreed upon: <c>h2</c>, <c>http/1.1</c>, or empty.</param>
    /// <param name="Certificates">Subjects of what the client showed, its own first.</param>
    /// <param name="IsFromLoopback">Whether the client came by the loopback address, as whoever passes it on to us does.</param>
    public sealed record Handshake(string ServerName, string Protocol, IReadOnlyList<string> Certificates, bool IsFromLoopback);
}
