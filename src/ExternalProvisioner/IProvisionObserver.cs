using Sidecars.ExternalProvisioner.Claims;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner;

/// <summary>Is told what becomes of volumes, after it happened. Called by the workers, so it has to be quick and must not throw.</summary>
internal interface IProvisionObserver
{
    /// <summary>The driver made a volume.</summary>
    void Provisioned(PersistentVolume volume);

    /// <summary>An attempt at a claim of that class failed; the state says what is known of the driver's work.</summary>
    void NotProvisioned(StorageClass storageClass, ProvisionState state);

    /// <summary>The driver deleted a volume, and its object is gone.</summary>
    void Deleted(PersistentVolume volume);
}
