using Csi.V1;
using Microsoft.Extensions.Logging;
using Sidecars.ExternalProvisioner.Claims;
using Sidecars.ExternalProvisioner.Requests;
using Sidecars.ExternalProvisioner.Topology;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.NodeDeployment;

/// <summary>
/// Whether a claim is this node's to provision, where each node has an instance of its own (provisioner contract 9.4). The selected node decides.
/// A claim without one, of an immediate class, is taken by a node that has room for it, when its turn comes: by writing itself onto the claim,
/// on the version it has just read, so that no two nodes can.
/// </summary>
internal sealed partial class NodeOwnership(
    OwnNode own, bool placesVolumes, NodeDeploymentOptions options, TakingTurns turns, RequestComposer composer, Func<PersistentVolumeClaim, string?> nameOf, DriverCalls calls,
    TimeSpan nextLook, Caches caches, ApiClient api, ILogger<NodeOwnership> log)
{
    /// <summary>Null where the claim is this node's; else when to look at it again, if at all.</summary>
    public async ValueTask<Outcome?> Judge(PersistentVolumeClaim claim, StorageClass storageClass, CancellationToken stop)
    {
        if (ClaimOwnership.SelectedNodeOf(claim) is { Length: > 0 } selected)
        {
            if (selected == own.Name)
            {
                turns.Had(claim.Uid);
                return null;
            }
            turns.Forget(claim.Uid);
            return Outcome.Done;
        }
        if (!options.ServesImmediate || storageClass.VolumeBindingMode is WellKnown.WaitForFirstConsumer) return Outcome.Done;
        if (placesVolumes && !IsAllowedHere(storageClass)) return Outcome.Done;
        if (turns.Remaining(claim.Uid) is { Ticks: > 0 } wait) return Outcome.After(wait);
        if (await HasRoom(claim, storageClass, stop) is false)
        {
            turns.Forget(claim.Uid);
            return Outcome.After(nextLook); // another node may have room; where none has, this one may have some later
        }
        return await Take(claim, stop);
    }

    /// <summary>Whether the claim is another node's to provision.</summary>
    public bool IsOthers(PersistentVolumeClaim claim) => ClaimOwnership.SelectedNodeOf(claim) is { Length: > 0 } selected && selected != own.Name;

    /// <summary>What is remembered of a claim that is gone.</summary>
    public void Forget(string uid) => turns.Forget(uid);

    /// <summary>Whether the driver has room for the claim on this node. Where that cannot be said, it is tried: then the claim's events say why.</summary>
    private async Task<bool> HasRoom(PersistentVolumeClaim claim, StorageClass storageClass, CancellationToken stop)
    {
        if (nameOf(claim) is not { } name) return true;
        var (request, _) = await composer.Compose(new RequestDraft(claim, storageClass, name) { SelectedNode = own.Name }, stop);
        if (request is null) return true;
        if (request.Csi.CapacityRange.RequiredBytes is 0) return true;
        foreach (var place in request.Csi.AccessibilityRequirements?.Requisite.ToList() ?? [null!])
        {
            var question = new GetCapacityRequest { VolumeCapabilities = { request.Csi.VolumeCapabilities }, AccessibleTopology = place };
            question.Parameters.Add(request.Csi.Parameters);
            var answer = await calls.Capacity(question, stop);
            if (!answer.IsOk)
            {
                Log.CapacityUnknown(log, claim.Key, answer.Error.Text);
                return true;
            }
            if (answer.Response.AvailableCapacity >= request.Csi.CapacityRange.RequiredBytes) return true;
        }
        return false;
    }

    private bool IsAllowedHere(StorageClass storageClass) =>
        storageClass.AllowedTopologies is not { Count: > 0 } allowed || AllowedTopologies.Flatten(allowed).Any(t => t.IsPartOf(own.Place));

    private async Task<Outcome> Take(PersistentVolumeClaim claim, CancellationToken stop)
    {
        var written = await api.UpdateAsync(Resources.PersistentVolumeClaims, claim.Key, claim.Uid, Taken(own.Name), null, stop);
        if (written.IsSuccess)
        {
            caches.Claims.Fold(written.Value);
            return Outcome.Done; // the watch brings the claim with its node
        }
        if (written.Failure.IsNotFound) return Outcome.Done;
        if (written.Failure.IsConflict) return Outcome.After(turns.Again(claim.Uid));
        return Outcome.Retry($"cannot write node {own.Name} onto claim {claim.Key}: {written.Failure}");
    }

    /// <summary>A node that was faster keeps the claim.</summary>
    private static ObjectChange Taken(string node) => new($"select the node {node}", item =>
        string.IsNullOrEmpty(item["metadata"]?["annotations"]?[WellKnown.SelectedNodeAnnotation]?.GetValue<string>()) && ObjectChange.SetAnnotation(WellKnown.SelectedNodeAnnotation, node).Apply(item));

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The driver does not say whether it has room for the claim, which is tried then {PVC} {Err}")]
        public static partial void CapacityUnknown(ILogger logger, ObjectKey pvc, string err);
    }
}
