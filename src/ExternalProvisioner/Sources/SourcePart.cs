using Sidecars.ExternalProvisioner.Claims;
using Sidecars.ExternalProvisioner.Requests;

namespace Sidecars.ExternalProvisioner.Sources;

/// <summary>The source of the volume, found and held (provisioner contract 5.1, steps 8 and 9).</summary>
internal sealed class SourcePart(SourceLookup lookup, SourceHold hold) : IRequestPart
{
    public async ValueTask<ProvisionFailure?> Add(RequestDraft draft, CancellationToken stop)
    {
        if (draft.Source is not { } source) return null;
        var (found, problem) = await lookup.Find(draft, source, stop);
        if (problem is not null)
            return new ProvisionFailure(ProvisionState.NoChange, $"error getting handle for DataSource Type {source.Kind} by Name {source.Name}: {problem}");
        if (await hold.Hold(found!, stop) is { } notHeld) return new ProvisionFailure(ProvisionState.NoChange, notHeld);
        draft.FilledFrom = found;
        draft.Csi.VolumeContentSource = found!.Content;
        return null;
    }
}
