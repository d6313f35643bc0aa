using System.Net;
using System.Net.Security;

namespace Sidecars.Kubernetes.Http.Connections;

/// <summary>
/// Sends requests over connections that were made with the client certificate we have now: when that is another one, the next request
/// makes new connections. Those of before end when what runs over them has ended; a watch in between is not cut.
/// </summary>
internal sealed class RenewedConnections(IClientCertificates certificates, Func<SocketsHttpHandler> make) : HttpMessageHandler
{
    private readonly Lock _lock = new();
    private Generation? _current;
    private Generation? _before;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        while (true)
        {
            var generation = For(await certificates.CurrentAsync(forConnection: false, cancellationToken));
            try
            {
                var response = await generation.Http.SendAsync(request, cancellationToken);
                if (response.StatusCode is HttpStatusCode.Unauthorized) certificates.Refused(generation.Certificate);
                return response;
            }
            catch (ObjectDisposedException) when (!IsKept(generation))
            {
                // Closed between our taking it and its first step, after two renewals in a row: nothing was sent.
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            lock (_lock)
            {
                _current?.Http.Dispose();
                _before?.Http.Dispose();
            }
        }
        base.Dispose(disposing);
    }

    private bool IsKept(Generation generation)
    {
        lock (_lock) return generation == _current || generation == _before;
    }

    private Generation For(SslStreamCertificateContext? certificate)
    {
        lock (_lock)
        {
            if (_current is not null && _current.Certificate == certificate) return _current;
            // Not the last one: a request may be about to begin there. What runs where it is closed runs to its end.
            _before?.Http.Dispose();
            (_before, _current) = (_current, new Generation(certificate, new HttpMessageInvoker(make())));
            return _current;
        }
    }

    private sealed record Generation(SslStreamCertificateContext? Certificate, HttpMessageInvoker Http);
}
