namespace Sidecars.Kubernetes.Control;

/// <summary>
/// A bound on work that several <see cref="ControllerLoop{TKey}"/>s share, as where one flag promises one number of workers for two
/// lanes. Places are given in the order in which they were asked for, and each loop asks for one at a time, so that none starves another.
/// </summary>
/// <param name="most">Keys worked on at once, in all loops together.</param>
public sealed class WorkerBound(int most) : IDisposable
{
    private readonly SemaphoreSlim _places = new(most, most);

    /// <inheritdoc />
    public void Dispose() => _places.Dispose();

    internal Task Enter(CancellationToken stop) => _places.WaitAsync(stop);

    internal void Leave() => _places.Release();
}
