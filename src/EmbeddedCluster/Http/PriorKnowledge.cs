using System.Buffers;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;

using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// Serves HTTP/1.1 and HTTP/2 without TLS on one port: a connection that opens with the HTTP/2 preface is marked as if the protocol had been
/// negotiated. The web server itself refuses to guess, and takes the mark for the outcome of a TLS handshake.
/// </summary>
internal static class PriorKnowledge
{
    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    // No HTTP/1.1 method starts like this.
    private const int DecisiveLength = 3;

    public static async Task Detect(ConnectionContext connection, ConnectionDelegate next)
    {
        while (true)
        {
            var read = await connection.Transport.Input.ReadAsync(connection.ConnectionClosed);
            var start = read.Buffer.Slice(0, Math.Min(DecisiveLength, read.Buffer.Length)).ToArray();
            var undecided = start.Length < DecisiveLength && !read.IsCompleted;
            connection.Transport.Input.AdvanceTo(read.Buffer.Start, undecided ? read.Buffer.End : read.Buffer.Start);
            if (undecided) continue;
            if (start.Length == DecisiveLength && Preface.StartsWith(start))
            {
                var negotiated = new Negotiated();
                connection.Features.Set<ITlsConnectionFeature>(negotiated);
                connection.Features.Set<ITlsApplicationProtocolFeature>(negotiated);
            }
            break;
        }
        await next(connection);
    }

    private sealed class Negotiated : ITlsConnectionFeature, ITlsApplicationProtocolFeature
    {
        public X509Certificate2? ClientCertificate { get; set; }

        public ReadOnlyMemory<byte> ApplicationProtocol { get; } = "h2"u8.ToArray();

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);
    }
}
