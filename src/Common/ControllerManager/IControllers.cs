using Sidecars.Kubernetes.Control;

namespace Sidecars.ControllerManager;

/// <summary>The controllers of a sidecar for one term of work. They are disposed of when everything they started has ended.</summary>
public interface IControllers : IDisposable
{
    /// <summary>Starts them. Every store the sidecar reads is complete by now, so that nothing is judged by half a picture.</summary>
    void Start(RunningTasks running);
}
