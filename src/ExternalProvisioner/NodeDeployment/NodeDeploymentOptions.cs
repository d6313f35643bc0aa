namespace Sidecars.ExternalProvisioner.NodeDeployment;

/// <summary>How instances that each serve the volumes of one node share the claims (provisioner contract 9.4).</summary>
internal sealed record NodeDeploymentOptions
{
    /// <summary>Name of the node this instance serves; null where one instance serves the cluster.</summary>
    public string? Node { get; init; }

    /// <summary>Whether claims of immediate classes are served too, by whichever node takes them first.</summary>
    public bool ServesImmediate { get; init; } = true;

    /// <summary>First wait before a node takes a claim, and how much of each wait is left to chance.</summary>
    public TimeSpan BaseDelay { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Longest wait.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(60);
}
