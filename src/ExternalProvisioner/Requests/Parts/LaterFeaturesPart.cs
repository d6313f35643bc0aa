using Sidecars.ExternalProvisioner.Claims;

namespace Sidecars.ExternalProvisioner.Requests.Parts;

/// <summary>Refuses, with the way around it, what this version does not do: a volume that leaves it out would not be what was asked for.</summary>
internal sealed class LaterFeaturesPart(DriverFacts driver, ProvisionerOptions options) : IRequestPart
{
    public ValueTask<ProvisionFailure?> Add(RequestDraft draft, CancellationToken stop) => new(ProvisionFailure.FinishedWhere(Refusal(draft)));

    private string? Refusal(RequestDraft draft)
    {
        var claim = draft.Claim;
        if (SourceKinds.Of(claim).Source is { } source)
            return $"filling a volume from a {source.Kind} is not supported by this version; remove the claim's data source";
        if (draft.AttributesClass is { } attributes)
            return $"VolumeAttributesClass {attributes} is not supported by this version; remove it from the claim";
        return driver.Plugin.HasTopology && options.UsesTopology
            ? $"driver {driver.Name} places volumes by topology{(draft.SelectedNode is { Length: > 0 } node ? $" and node {node} is selected" : "")}, "
              + "which is not supported by this version; start csi-provisioner with --feature-gates=Topology=false to create volumes wherever the driver puts them"
            : null;
    }
}
