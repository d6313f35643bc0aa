using Sidecars.ExternalProvisioner.Intents;
using Sidecars.ExternalProvisioner.Requests;
using Sidecars.ExternalProvisioner.Volumes;
using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Claims;

/// <summary>
/// One attempt at a claim that is due: name, request, call, object (provisioner contract 4.6). What a feature adds to the request is a
/// part of <see cref="RequestComposer"/>; here is only the order of the steps.
/// </summary>
internal sealed class ProvisionAttempt(
    AskedDriver driver, ClaimLookup claims, ClaimMemory memory, VolumeNames names, RequestComposer composer, ClaimIntents intents, VolumeMaker maker, VolumeSaver saver, ClaimReports reports)
{
    /// <summary>Component of the one event that is not the provisioning library's, as in the original.</summary>
    private const string PopulatorComponent = "external-provisioner";

    public async Task<AttemptResult> Run(PersistentVolumeClaim claim, StorageClass storageClass, CancellationToken stop)
    {
        var (name, nameError) = names.Of(claim);
        var holder = name is null ? null : names.HolderOf(name);
        if (VolumeNames.IsFor(claim, holder) || !ClaimOwnership.Serves(storageClass, driver.Name)) return AttemptResult.Nothing;
        if (holder is not null) return VolumeNames.IsTaken(name!, holder);
        if (await claims.Look(claim, stop) is { State: not LiveClaimState.Waits } live) return live;

        reports.Tell(claim, EventType.Normal, "Provisioning", $"External provisioner is provisioning volume for claim \"{claim.Key}\"");
        if (nameError is not null) return new ProvisionFailure(ProvisionState.Finished, nameError);

        var (request, failure) = await composer.Compose(new RequestDraft(claim, storageClass, name!) { Noted = VolumeIntent.Of(claim, driver) }, stop);
        if (failure is { State: ProvisionState.LeftToPopulator })
        {
            reports.Tell(claim, EventType.Normal, "Provisioning", failure.Message, PopulatorComponent);
            return AttemptResult.Nothing;
        }
        if (request is null) return failure!;

        // From here on the driver may be at work for this claim, whatever happens to us.
        var wasUnderWay = memory.InProgress.Find(claim.Uid) is not null;
        if (names.Reserve(name!, claim, request.Asked) is { } other) return VolumeNames.IsTaken(name!, other);
        if (await intents.Note(request, wasUnderWay, stop) is { } ended)
        {
            if (!wasUnderWay) memory.InProgress.Drop(claim.Uid); // nobody was asked
            return ended;
        }
        (var made, failure) = await maker.Make(request, stop);
        if (made is not null) return AttemptResult.Made(await saver.Save(made, stop));
        // What an earlier call has made may be there all the same.
        if (failure!.State is not ProvisionState.InBackground && !(failure.LeavesOpen && (wasUnderWay || request.Noted is not null))) await intents.Withdraw(claim, stop);
        return failure;
    }
}
