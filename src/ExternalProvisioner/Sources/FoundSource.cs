using Csi.V1;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Sources;

/// <summary>What a volume will be filled from, found and fit for it.</summary>
/// <param name="Content">What the driver is told.</param>
/// <param name="Kind"><see cref="Requests.SourceKinds.Snapshot"/> or <see cref="Requests.SourceKinds.Claim"/>.</param>
/// <param name="Object">The snapshot or claim as it was read.</param>
internal sealed record FoundSource(VolumeContentSource Content, string Kind, KubeObject Object);
