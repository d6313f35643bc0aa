using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Capacity;

/// <summary>How capacity is published: what was asked for, and what the process found out at its start about the objects.</summary>
/// <param name="Options">What was asked for.</param>
/// <param name="Resource">The kind, in the version that the API server serves.</param>
/// <param name="Owner">Who owns them; null is nobody.</param>
internal sealed record CapacitySetup(CapacityOptions Options, Resource<CsiStorageCapacity> Resource, OwnerReference? Owner);
