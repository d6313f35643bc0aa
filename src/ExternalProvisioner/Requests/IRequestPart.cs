using Sidecars.ExternalProvisioner.Claims;

namespace Sidecars.ExternalProvisioner.Requests;

/// <summary>
/// One step in making a CreateVolume request: it checks what it is responsible for and adds it to the draft. Parts run in a fixed order;
/// each may rely on what the earlier ones added, and none on a later one.
/// </summary>
internal interface IRequestPart
{
    /// <summary>Null, or why there will be no request; the first reason is the one the user reads.</summary>
    ValueTask<ProvisionFailure?> Add(RequestDraft draft, CancellationToken stop);
}
