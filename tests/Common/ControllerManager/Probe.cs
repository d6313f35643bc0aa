using Sidecars.Kubernetes.Control;

namespace Sidecars.ControllerManager.Tests;

/// <summary>Controllers that do nothing but tell that they were started.</summary>
internal sealed class Probe(Action started) : IControllers
{
    public void Start(RunningTasks running) => started();

    public void Dispose()
    {
    }
}
