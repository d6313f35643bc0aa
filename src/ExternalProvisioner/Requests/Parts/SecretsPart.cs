using Sidecars.ExternalProvisioner.Claims;
using Sidecars.ExternalProvisioner.Secrets;
using Sidecars.Kubernetes.Secrets;

namespace Sidecars.ExternalProvisioner.Requests.Parts;

/// <summary>The secrets the class names, and the content of the one for this call (provisioner contract 5.5).</summary>
internal sealed class SecretsPart(SecretReader secrets) : IRequestPart
{
    public async ValueTask<ProvisionFailure?> Add(RequestDraft draft, CancellationToken stop)
    {
        (draft.Secrets, var error, var later) = SecretReferences.Of(draft.Claim, draft.Class, draft.VolumeName);
        if (error is null && draft.Secrets.Provisioner is { } own)
        {
            (var values, error) = SecretText.Of(own, await secrets.Read(own, stop));
            if (values is not null) draft.Csi.Secrets.Add(values.ToDictionary());
        }
        return (error ?? later) is { } problem ? new ProvisionFailure(ProvisionState.NoChange, problem) : null;
    }
}
