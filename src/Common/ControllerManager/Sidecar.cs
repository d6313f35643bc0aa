using Sidecars.Kubernetes.Rights;

namespace Sidecars.ControllerManager;

/// <summary>
/// A sidecar as the frame sees it: what it asks of the driver, under which names the cluster knows it, and what it runs. The
/// description stands beside the sidecar's reconcilers; the frame knows no sidecar by name, and a process may run several over one
/// driver connection and one store a resource.
/// </summary>
public sealed record Sidecar
{
    /// <summary>Name, for messages.</summary>
    public required string Name { get; init; }

    /// <summary>What the driver is asked before anything runs; null for a sidecar without a driver.</summary>
    public DriverQuestions? Driver { get; init; }

    /// <summary>Name of the lease, from the name of the driver; it is sanitised later. Without a driver the argument is empty.</summary>
    public required Func<string, string> LeaseOf { get; init; }

    /// <summary>Who its events come from (<c>source.component</c>), from the name of the driver.</summary>
    public required Func<string, string> EventComponentOf { get; init; }

    /// <summary>
    /// The rights that its features need beside the lease, from what the driver can do: asked for at the start, so that a missing one is told of before
    /// somebody waits for what it keeps away. The argument is null for a sidecar without a driver.
    /// </summary>
    public Func<ConnectedDriver?, IEnumerable<RequiredRight>> Rights { get; init; } = _ => [];

    /// <summary>
    /// Finds out whether the sidecar can work: once, when the driver has introduced itself, and before a lease is asked for. Answers why it
    /// cannot, which ends the process, or null; what it learns it keeps for <see cref="Compose"/>. Null where there is nothing to find out.
    /// </summary>
    public Func<StartContext, CancellationToken, Task<StartProblem?>>? Check { get; init; }

    /// <summary>
    /// Makes the controllers of one term of work. Called once the process may work: it says in
    /// <see cref="SidecarContext.Stores"/> what it reads, and starts nothing yet.
    /// </summary>
    public required Func<SidecarContext, IControllers> Compose { get; init; }
}
