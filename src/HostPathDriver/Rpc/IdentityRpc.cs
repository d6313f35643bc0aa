using Csi.V1;
using Grpc.Core;
using Service = Csi.V1.PluginCapability.Types.Service.Types.Type;

namespace Sidecars.HostPathDriver.Rpc;

/// <summary>The Identity service: who the driver is and what it offers as a whole.</summary>
internal sealed class IdentityRpc(Backend backend) : Identity.IdentityBase
{
    public override Task<GetPluginInfoResponse> GetPluginInfo(GetPluginInfoRequest request, ServerCallContext context) =>
        Task.FromResult(new GetPluginInfoResponse { Name = backend.Options.DriverName, VendorVersion = VendorVersion });

    public override Task<GetPluginCapabilitiesResponse> GetPluginCapabilities(
        GetPluginCapabilitiesRequest request, ServerCallContext context) => Task.FromResult(new GetPluginCapabilitiesResponse
        {
            Capabilities =
            {
                Offer(Service.ControllerService),
                Offer(Service.VolumeAccessibilityConstraints),
                new PluginCapability
                {
                    VolumeExpansion = new() { Type = PluginCapability.Types.VolumeExpansion.Types.Type.Online },
                },
            },
        });

    /// <summary>Ready as soon as it answers: the state is open before the socket is.</summary>
    public override Task<ProbeResponse> Probe(ProbeRequest request, ServerCallContext context)
    {
        if (!Directory.Exists(backend.Options.StateDirectory))
            throw Refuse.FailedPrecondition($"The state directory {backend.Options.StateDirectory} is gone; restart the driver.");
        return Task.FromResult(new ProbeResponse { Ready = true });
    }

    private static string VendorVersion { get; } = typeof(IdentityRpc).Assembly.GetName().Version?.ToString(fieldCount: 3) ?? "0.0.0";

    private static PluginCapability Offer(Service service) => new() { Service = new() { Type = service } };
}
