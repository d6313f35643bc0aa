using Csi.V1;
using Sidecars.ExternalProvisioner.Requests;

namespace Sidecars.ExternalProvisioner.Volumes;

/// <summary>A volume the driver made, with all that its object in the cluster is composed from.</summary>
/// <param name="Request">What was asked for, for which claim and of which class.</param>
/// <param name="Volume">What the driver answered.</param>
internal sealed record MadeVolume(RequestDraft Request, Volume Volume);
