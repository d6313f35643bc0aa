using Sidecars.ControllerManager;
using Sidecars.Hosting;
using Sidecars.Hosting.Flags;

namespace Sidecars.ExternalProvisioner.NodeDeployment;

/// <summary>The flags of node deployment, and the environment they need (provisioner contract 1.2 and 1.4).</summary>
internal sealed class NodeDeploymentFlags(FlagSet flags)
{
    private const string NodeVariable = "NODE_NAME";

    private readonly Flag<bool> _isOn = flags.Bool("node-deployment", false, "Provision on each node for the volumes of that node; the environment names it in NODE_NAME.");
    private readonly Flag<bool> _immediate = flags.Bool("node-deployment-immediate-binding", true, "Serve classes with immediate binding on each node too.");
    private readonly Flag<TimeSpan> _base = flags.Duration("node-deployment-base-delay", TimeSpan.FromSeconds(20), "First delay before a node takes a claim.");
    private readonly Flag<TimeSpan> _max = flags.Duration("node-deployment-max-delay", TimeSpan.FromSeconds(60), "Longest delay before a node takes a claim.");

    private static string Node => Environment.GetEnvironmentVariable(NodeVariable) ?? "";

    /// <summary>Whether an instance serves one node.</summary>
    public bool IsOn => _isOn.Value;

    public FlagProblem? Problem() =>
        !IsOn ? null
        : Node.Length is 0 ? FlagProblem.Of($"--node-deployment needs the name of its node in the environment variable {NodeVariable}; take it from the pod's spec.nodeName", ExitCode.Fatal)
        : _base.Value <= TimeSpan.Zero ? FlagProblem.Of("--node-deployment-base-delay must be greater than zero")
        : _max.Value <= TimeSpan.Zero ? FlagProblem.Of("--node-deployment-max-delay must be greater than zero")
        : null;

    public NodeDeploymentOptions Options() => new()
    {
        Node = IsOn ? Node : null, ServesImmediate = _immediate.Value, BaseDelay = _base.Value, MaxDelay = _max.Value,
    };
}
