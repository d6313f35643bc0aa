using Sidecars.ExternalProvisioner.Claims;
using Sidecars.Kubernetes.Http;

namespace Sidecars.ExternalProvisioner.Requests.Parts;

/// <summary>The parameters of the class of attributes that counts, where one does (provisioner contract 5.1, step 15). It has to be of our driver.</summary>
internal sealed class AttributesPart(string driver, AttributesClasses classes) : IRequestPart
{
    public async ValueTask<ProvisionFailure?> Add(RequestDraft draft, CancellationToken stop)
    {
        if (draft.AttributesClass is not { } name) return null;
        var read = await classes.Read(name, stop);
        if (!read.IsSuccess)
        {
            var remedy = read.Failure.IsForbidden ? "let csi-provisioner get volumeattributesclasses" : "create the class, or make the claim anew without it";
            return new ProvisionFailure(ProvisionState.NoChange, $"error getting VolumeAttributesClass {name} from api server: {read.Failure}; {remedy}");
        }
        if (read.Value.DriverName != driver)
            return ProvisionFailure.FinishedWhere($"VAC {name} referenced in PVC is for driver {read.Value.DriverName} which does not match driver name {driver}");
        foreach (var (key, value) in read.Value.Parameters ?? Kubernetes.Objects.StringMap.Empty) draft.Csi.MutableParameters[key] = value;
        return null;
    }
}
