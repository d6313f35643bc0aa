using Csi.V1;
using PluginService = Csi.V1.PluginCapability.Types.Service.Types.Type;

namespace Sidecars.Csi;

/// <summary>
/// What the driver as a whole can do. Entries of another kind than a service, such as the times at which volumes may be expanded, are not
/// collected; the default value has nothing (common contract 3.8).
/// </summary>
public readonly struct PluginCapabilities
{
    private readonly CapabilitySet _set;

    /// <summary>Reads the driver's answer; an empty one is valid.</summary>
    public PluginCapabilities(GetPluginCapabilitiesResponse response) =>
        _set = CapabilitySet.Of(response.Capabilities.Where(c => c?.Service is not null).Select(c => (int)c.Service.Type));

    /// <summary>Makes a set of the given services.</summary>
    public PluginCapabilities(params IEnumerable<PluginService> services) => _set = CapabilitySet.Of(services.Select(s => (int)s));

    /// <summary>CONTROLLER_SERVICE: Controller calls may be made.</summary>
    public bool HasControllerService => Has(PluginService.ControllerService);

    /// <summary>VOLUME_ACCESSIBILITY_CONSTRAINTS: volumes have a topology.</summary>
    public bool HasTopology => Has(PluginService.VolumeAccessibilityConstraints);

    /// <summary>GROUP_CONTROLLER_SERVICE: GroupController calls may be made.</summary>
    public bool HasGroupControllerService => Has(PluginService.GroupControllerService);

    /// <summary>Whether the driver named this service.</summary>
    public bool Has(PluginService service) => _set.Has((int)service);
}
