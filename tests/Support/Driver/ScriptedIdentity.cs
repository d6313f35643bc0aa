using Csi.V1;
using Grpc.Core;

namespace Sidecars.Tests.Support;

/// <summary>Every method of the service asks the script.</summary>
internal sealed class ScriptedIdentity(ScriptedDriver driver) : Identity.IdentityBase
{
    public override Task<GetPluginInfoResponse> GetPluginInfo(GetPluginInfoRequest request, ServerCallContext context) =>
        driver.Handle<GetPluginInfoResponse>(nameof(GetPluginInfo), request, context);

    public override Task<GetPluginCapabilitiesResponse> GetPluginCapabilities(GetPluginCapabilitiesRequest request, ServerCallContext context) =>
        driver.Handle<GetPluginCapabilitiesResponse>(nameof(GetPluginCapabilities), request, context);

    public override Task<ProbeResponse> Probe(ProbeRequest request, ServerCallContext context) =>
        driver.Handle<ProbeResponse>(nameof(Probe), request, context);
}
