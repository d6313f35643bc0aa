using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using Sidecars.NodeDriverRegistrar.Registration;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// A call to a registration socket as the kubelet's plugin watcher makes it: it dials the bare path, and its gRPC library then sends the
/// percent-encoded path as the authority. A registrar that does not take that is never registered on a real node, so nor is it here.
/// </summary>
internal sealed class PluginSocket : IDisposable
{
    private static readonly TimeSpan s_infoLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_notifyLimit = TimeSpan.FromSeconds(5);

    private readonly GrpcChannel _channel;
    private readonly Registration.RegistrationClient _client;

    public PluginSocket(string path)
    {
        _channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            HttpHandler = new AsTheKubelet(path, new SocketsHttpHandler { UseProxy = false, ConnectCallback = (_, stop) => Dial(path, stop) }),
            DisposeHttpClient = true,
        });
        _client = new Registration.RegistrationClient(_channel);
    }

    public async Task<PluginInfo> GetInfo(CancellationToken stop) => await _client.GetInfoAsync(new InfoRequest(), Within(s_infoLimit, stop));

    /// <summary>Tells the plugin what became of it; null is success.</summary>
    public async Task Notify(string? error, CancellationToken stop) => await _client.NotifyRegistrationStatusAsync(
        new RegistrationStatus { PluginRegistered = error is null, Error = error ?? "" }, Within(s_notifyLimit, stop));

    public void Dispose() => _channel.Dispose();

    private static CallOptions Within(TimeSpan limit, CancellationToken stop) =>
        new(deadline: TimeProvider.System.GetUtcNow().UtcDateTime + limit, cancellationToken: stop);

    private static async ValueTask<Stream> Dial(string path, CancellationToken stop)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), stop);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class AsTheKubelet(string path, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        private readonly string _authority = Uri.EscapeDataString(path);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.TryAddWithoutValidation("Host", _authority);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
