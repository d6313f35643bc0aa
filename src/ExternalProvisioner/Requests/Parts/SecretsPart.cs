using Sidecars.ExternalProvisioner.Claims;
using Sidecars.ExternalProvisioner.Secrets;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Secrets;

namespace Sidecars.ExternalProvisioner.Requests.Parts;

/// <summary>
/// The secrets the class names, and the content of the one for this call (provisioner contract 5.5). The provisioner's own comes first,
/// because its error hides the others'; theirs wait until its content was fetched.
/// </summary>
internal sealed class SecretsPart(SecretReader secrets) : IRequestPart
{
    public async ValueTask<ProvisionFailure?> Add(RequestDraft draft, CancellationToken stop)
    {
        string? later = null;
        var template = new TemplateClaim(draft.Claim.Metadata.Namespace ?? "", draft.Claim.Name, draft.Claim.Metadata.Annotations);
        var (own, error) = SecretTemplate.Resolve(SecretPurpose.Provisioner, draft.Class.Parameters, draft.VolumeName, template);
        draft.Secrets = new VolumeSecrets(own, Next(SecretPurpose.ControllerPublish), Next(SecretPurpose.NodeStage), Next(SecretPurpose.NodePublish),
            Next(SecretPurpose.ControllerExpand), Next(SecretPurpose.NodeExpand), Next(SecretPurpose.ControllerModify));

        if (error is null && own is not null)
        {
            (var values, error) = SecretText.Of(own, await secrets.Read(own, stop));
            if (values is not null) draft.Csi.Secrets.Add(values.ToDictionary());
        }
        return (error ?? later) is { } problem ? new ProvisionFailure(ProvisionState.NoChange, problem) : null;

        SecretReference? Next(SecretPurpose purpose)
        {
            var (reference, problem) = SecretTemplate.Resolve(purpose, draft.Class.Parameters, draft.VolumeName, template);
            later ??= problem;
            return reference;
        }
    }
}
