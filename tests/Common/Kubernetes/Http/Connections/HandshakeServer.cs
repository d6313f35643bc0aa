using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;
using Sidecars.Tests.Support;

namespace Sidecars.Kubernetes.Tests.Http.Connections;

/// <summary>
/// A server of HTTP/1.1 over TLS that tells the test what arrived: the name asked for, the client's certificates, the head of the request. Every
/// request is answered by an empty object, or as the test says.
/// </summary>
internal sealed class HandshakeServer : IAsyncDisposable
{
    private readonly Channel<Arrived> _arrived = Channel.CreateUnbounded<Arrived>();
    private readonly Func<SslStreamCertificateContext> _certificate;
    private readonly bool _asksForCertificate;
    private readonly AcceptedConnections _connected;

    /// <param name="certificate">Certificate with its key.</param>
    /// <param name="above">Certificates to send with it.</param>
    /// <param name="asksForCertificate">Whether the client is to present one.</param>
    public HandshakeServer(Func<X509Certificate2> certificate, X509Certificate2Collection? above = null, bool asksForCertificate = false)
    {
        _certificate = () => SslStreamCertificateContext.Create(certificate(), above, offline: true);
        _asksForCertificate = asksForCertificate;
        _connected = new AcceptedConnections(Serve);
    }

    public string Url => $"https://127.0.0.1:{_connected.Port}";

    /// <summary>Status every request is answered with.</summary>
    public int Answer { get; set; } = 200;

    /// <summary>The next request.</summary>
    public Task<Arrived> Request() => _arrived.Reader.ReadAsync().WithinLimit();

    public ValueTask DisposeAsync() => _connected.DisposeAsync();

    private async Task Serve(TcpClient client, CancellationToken stop)
    {
        var (name, certificates) = ("", Array.Empty<string>());
        await using var stream = new SslStream(client.GetStream());
        await stream.AuthenticateAsServerAsync((_, hello, _, _) =>
        {
            name = hello.ServerName;
            return ValueTask.FromResult(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = _certificate(),
                ClientCertificateRequired = _asksForCertificate,
                ApplicationProtocols = [SslApplicationProtocol.Http11],
                RemoteCertificateValidationCallback = (_, own, chain, _) =>
                {
                    if (own is not null) certificates = [own.Subject, .. chain!.ChainPolicy.ExtraStore.Select(c => c.Subject).Except([own.Subject])];
                    return true;
                },
            });
        }, null, stop);

        var head = new StringBuilder();
        var bytes = new byte[4096];
        while (await stream.ReadAsync(bytes, stop) is > 0 and var read)
        {
            head.Append(Encoding.ASCII.GetString(bytes, 0, read));
            if (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal)) continue;
            _arrived.Writer.TryWrite(new Arrived(name, certificates, head.ToString()));
            head.Clear();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {Answer} Done\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}"), stop);
        }
    }

    /// <param name="ServerName">Name in the handshake; empty where there was none.</param>
    /// <param name="Certificates">Subjects of what the client presented, its own first.</param>
    /// <param name="Head">Request line and headers.</param>
    internal sealed record Arrived(string ServerName, IReadOnlyList<string> Certificates, string Head);
}
