namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>The controllers that make pods of workloads: Deployments by their ReplicaSets, StatefulSets with their claims, DaemonSets on every node.</summary>
internal static class WorkloadControllers
{
    public static IEnumerable<ControllerLoop> Start(ControllerContext context) =>
        [Deployments.Start(context), ReplicaSets.Start(context), StatefulSets.Start(context), DaemonSets.Start(context)];
}
