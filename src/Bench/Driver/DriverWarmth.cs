using System.Net.Sockets;
using Csi.V1;
using Grpc.Net.Client;

namespace Sidecars.Bench;

/// <summary>
/// Calls everything the driver has some times over, so that its code is compiled before anybody is measured: the first calls would cost the program the
/// better part of a second.
/// </summary>
internal static class DriverWarmth
{
    private const int Rounds = 30;

    public static async Task Make(string socket, CancellationToken stop)
    {
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, token) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), token);
                    return new NetworkStream(connection, ownsSocket: true);
                }
                catch
                {
                    connection.Dispose();
                    throw;
                }
            },
        };
        using var channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions { HttpHandler = handler });
        var (identity, controller) = (new Identity.IdentityClient(channel), new Controller.ControllerClient(channel));
        for (var round = 0; round < Rounds; round++)
        {
            var range = new CapacityRange { RequiredBytes = round };
            await identity.ProbeAsync(new ProbeRequest(), cancellationToken: stop);
            await identity.GetPluginInfoAsync(new GetPluginInfoRequest(), cancellationToken: stop);
            await identity.GetPluginCapabilitiesAsync(new GetPluginCapabilitiesRequest(), cancellationToken: stop);
            await controller.ControllerGetCapabilitiesAsync(new ControllerGetCapabilitiesRequest(), cancellationToken: stop);
            await controller.CreateVolumeAsync(new CreateVolumeRequest { Name = "warm", CapacityRange = range }, cancellationToken: stop);
            await controller.DeleteVolumeAsync(new DeleteVolumeRequest { VolumeId = "warm" }, cancellationToken: stop);
            await controller.ControllerPublishVolumeAsync(new ControllerPublishVolumeRequest { VolumeId = "warm", NodeId = "node" }, cancellationToken: stop);
            await controller.ControllerUnpublishVolumeAsync(new ControllerUnpublishVolumeRequest { VolumeId = "warm", NodeId = "node" }, cancellationToken: stop);
            await controller.CreateSnapshotAsync(new CreateSnapshotRequest { Name = "warm", SourceVolumeId = "warm" }, cancellationToken: stop);
            await controller.ControllerExpandVolumeAsync(new ControllerExpandVolumeRequest { VolumeId = "warm", CapacityRange = range }, cancellationToken: stop);
        }
    }
}
