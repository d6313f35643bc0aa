namespace Sidecars.ExternalProvisioner.Topology;

/// <summary>What the command line asks of topology.</summary>
internal sealed record TopologyOptions
{
    /// <summary>Whether a volume is asked for at the selected node's place alone.</summary>
    public bool IsStrict { get; init; }

    /// <summary>Whether a volume without a selected node, of a class that allows any place, is asked for in the places of the cluster.</summary>
    public bool ForImmediate { get; init; } = true;
}
