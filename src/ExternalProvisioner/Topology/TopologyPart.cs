using Sidecars.ExternalProvisioner.Claims;
using Sidecars.ExternalProvisioner.Requests;

namespace Sidecars.ExternalProvisioner.Topology;

/// <summary>Asks for the volume where it is to be reachable from (provisioner contract 5.8); the same as before while the driver may be at work.</summary>
internal sealed class TopologyPart(Placement placement, ClaimMemory memory) : IRequestPart
{
    public ValueTask<ProvisionFailure?> Add(RequestDraft draft, CancellationToken stop)
    {
        // A note is on an object that users write: it places no volume where the class does not allow one.
        if (draft.Noted is { Volume.Length: > 0 } noted && AllowedTopologies.Allow(draft.Class, noted.Topology))
        {
            draft.Csi.AccessibilityRequirements = noted.Topology;
            return default;
        }
        var node = draft.SelectedNode is { Length: > 0 } selected ? selected : null;
        if (memory.InProgress.AskedFor(draft.Claim.Uid) is { } before && before.Node == node) draft.Asked = before;
        else
        {
            var (requirement, failure) = Find(draft, node);
            if (failure is not null) return new(failure);
            draft.Asked = new AskedPlace(node, requirement);
        }
        draft.Csi.AccessibilityRequirements = draft.Asked.Requirement?.ToCsi();
        return default;
    }

    private (PlaceRequirement? Requirement, ProvisionFailure? Failure) Find(RequestDraft draft, string? node)
    {
        var found = placement.Of(draft.Claim.Name, draft.Class, node);
        if (found.Failure is { State: ProvisionState.NoChange })
        {
            // What changed before the claim waits is not told to it, so it is looked for once more.
            memory.WithoutPlace.Add(draft.Claim.Uid, node);
            found = placement.Of(draft.Claim.Name, draft.Class, node);
        }
        if (found.Failure is not { State: ProvisionState.NoChange }) memory.WithoutPlace.Drop(draft.Claim.Uid);
        return found;
    }
}
