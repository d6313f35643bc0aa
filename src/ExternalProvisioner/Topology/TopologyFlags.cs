using Sidecars.Hosting.Flags;

namespace Sidecars.ExternalProvisioner.Topology;

/// <summary>The flags of topology.</summary>
internal sealed class TopologyFlags(FlagSet flags)
{
    private readonly Flag<bool> _isStrict = flags.Bool("strict-topology", false, "Ask for volumes in the topology of the selected node only.");
    private readonly Flag<bool> _forImmediate = flags.Bool("immediate-topology", true, "Ask for volumes in the topology of the cluster where no node is selected.");

    public TopologyOptions Options => new() { IsStrict = _isStrict.Value, ForImmediate = _forImmediate.Value };
}
