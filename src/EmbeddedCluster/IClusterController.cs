namespace Sidecars.EmbeddedCluster;

/// <summary>
/// A controller that runs inside the cluster's process, as the controllers of a real cluster run beside its API server. It works on the store
/// directly and ends when it is told to.
/// </summary>
public interface IClusterController
{
    /// <summary>Runs until the token asks to stop. An exception before that ends the controller, not the cluster.</summary>
    Task RunAsync(Storage storage, TimeProvider time, CancellationToken stop);
}
