using Sidecars.ExternalProvisioner.Claims;
using Sidecars.ExternalProvisioner.Intents;
using Sidecars.ExternalProvisioner.Requests;
using Sidecars.ExternalProvisioner.Topology;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Volumes;

/// <summary>
/// Names volumes, and knows whose a name is: a driver asked by one name for two claims would give both the same volume. A name is
/// reserved for as long as the driver may be working under it.
/// </summary>
internal sealed class VolumeNames(AskedDriver driver, VolumeNaming naming, Caches caches, VolumeSaver saver, InProgressClaims reserved)
{
    /// <summary>The name for a claim's volume, or why it can have none. A name that is noted on the claim is the one the driver was asked by.</summary>
    public (string? Name, string? Error) Of(PersistentVolumeClaim claim) =>
        VolumeIntent.Of(claim, driver) is not { IsSpoiled: false, Volume: var noted } ? naming.Of(claim.Uid)
        : naming.Disbelief(noted, claim.Uid) is { } why ? (null, why) : (noted, null);

    /// <summary>Whether the claim's volume of that name has its object. A claim that is bound to it has had it, whatever became of it since.</summary>
    public bool IsStored(string volume, PersistentVolumeClaim claim) =>
        claim.Spec.VolumeName == volume || IsFor(claim, caches.FindVolume(volume)?.Spec.ClaimRef);

    /// <summary>Whether the volume of that name is made, and its object still has to be written.</summary>
    public bool IsWaiting(string volume) => saver.Waiting(volume) is not null;

    /// <summary>Its object is refused by the server: it is written no more, and the volume may be deleted.</summary>
    public bool GivesUp(string volume) => saver.GivesUp(volume);

    /// <summary>Whose volume of that name exists or is about to; null where it is free.</summary>
    public ObjectReference? HolderOf(string volume)
    {
        if (saver.Waiting(volume) is { } waiting) return waiting.Spec.ClaimRef;
        return caches.FindVolume(volume) is { } existing ? existing.Spec.ClaimRef ?? new ObjectReference() : null;
    }

    /// <summary>
    /// Reserves a name, and returns who has it instead. What a claim that has just been served left behind is looked for after the
    /// reservation: before it, its object may not have been there yet.
    /// </summary>
    public ObjectReference? Reserve(string volume, PersistentVolumeClaim claim, AskedPlace? asked)
    {
        if (reserved.Keep(claim, volume, asked) is { } other) return ObjectReference.To(other, "PersistentVolumeClaim", "v1");
        if (HolderOf(volume) is not { } holder || IsFor(claim, holder)) return null;
        reserved.Drop(claim.Uid);
        return holder;
    }

    /// <summary>A reference without uid is one made by hand; the cluster fills it in when it binds.</summary>
    public static bool IsFor(PersistentVolumeClaim claim, ObjectReference? holder) => holder is not null
        && (string.IsNullOrEmpty(holder.Uid) ? holder.Namespace == claim.Metadata.Namespace && holder.Name == claim.Name : holder.Uid == claim.Uid);

    /// <summary>The driver would answer with the volume of that name, and two claims would share it.</summary>
    public static ProvisionFailure IsTaken(string volume, ObjectReference holder) => new(ProvisionState.NoChange,
        holder.Name is null
            ? $"a PersistentVolume {volume} exists that belongs to no claim; delete it, or bind the claim to it by spec.volumeName"
            : $"a PersistentVolume {volume} exists for claim {holder.Namespace}/{holder.Name}; delete it, or let names hold more of the uid by --volume-name-uuid-length");
}
