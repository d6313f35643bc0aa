using Csi.V1;
using ControllerRpc = Csi.V1.ControllerServiceCapability.Types.RPC.Types.Type;

namespace Sidecars.Csi;

/// <summary>What the driver's Controller service can do; the default value has nothing (common contract 3.8).</summary>
public readonly struct ControllerCapabilities
{
    private readonly CapabilitySet _set;

    /// <summary>Reads the driver's answer; an empty one is valid.</summary>
    public ControllerCapabilities(ControllerGetCapabilitiesResponse response) =>
        _set = CapabilitySet.Of(response.Capabilities.Where(c => c?.Rpc is not null).Select(c => (int)c.Rpc.Type));

    /// <summary>Makes a set of the given capabilities.</summary>
    public ControllerCapabilities(params IEnumerable<ControllerRpc> capabilities) =>
        _set = CapabilitySet.Of(capabilities.Select(c => (int)c));

    /// <summary>Whether the driver named this capability.</summary>
    public bool Has(ControllerRpc capability) => _set.Has((int)capability);
}
