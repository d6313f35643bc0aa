using Csi.V1;
using GroupRpc = Csi.V1.GroupControllerServiceCapability.Types.RPC.Types.Type;

namespace Sidecars.Csi;

/// <summary>What the driver's GroupController service can do; the default value has nothing (common contract 3.8).</summary>
public readonly struct GroupControllerCapabilities
{
    private readonly CapabilitySet _set;

    /// <summary>Reads the driver's answer; an empty one is valid.</summary>
    public GroupControllerCapabilities(GroupControllerGetCapabilitiesResponse response) =>
        _set = CapabilitySet.Of(response.Capabilities.Where(c => c?.Rpc is not null).Select(c => (int)c.Rpc.Type));

    /// <summary>Makes a set of the given capabilities.</summary>
    public GroupControllerCapabilities(params IEnumerable<GroupRpc> capabilities) => _set = CapabilitySet.Of(capabilities.Select(c => (int)c));

    /// <summary>Whether the driver named this capability.</summary>
    public bool Has(GroupRpc capability) => _set.Has((int)capability);
}
