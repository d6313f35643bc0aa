using Csi.V1;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalResizer.Requests;

/// <summary>Composes ControllerModifyVolume from a claim, its volume and a class (resizer contract 11.4); what cannot be composed is an error text.</summary>
internal sealed class ModifyRequests(bool tellsNames, CallSecrets secrets)
{
    public async Task<(ControllerModifyVolumeRequest? Request, string? Error)> Compose(
        PersistentVolumeClaim claim, PersistentVolume volume, VolumeAttributesClass attributes, CancellationToken stop)
    {
        if (volume.Spec.Csi is not { VolumeHandle: { Length: > 0 } handle } source) return (null, "empty volume handle");
        var (values, error) = await secrets.Read(SecretOf(volume) ?? source.ControllerExpandSecretRef, stop);
        if (values is null) return (null, error);
        var request = new ControllerModifyVolumeRequest { VolumeId = handle, Secrets = { values.ToDictionary() } };
        foreach (var (key, value) in attributes.Parameters ?? StringMap.Empty) request.MutableParameters[key] = value;
        if (!tellsNames) return (request, null);
        request.MutableParameters["csi.storage.k8s.io/pvc/name"] = claim.Name;
        request.MutableParameters["csi.storage.k8s.io/pvc/namespace"] = claim.Metadata.Namespace ?? "";
        request.MutableParameters["csi.storage.k8s.io/pv/name"] = volume.Name;
        return (request, null);
    }

    private static SecretReference? SecretOf(PersistentVolume volume) =>
        volume.Annotation(WellKnown.ModifySecretName) is { Length: > 0 } name && volume.Annotation(WellKnown.ModifySecretNamespace) is { Length: > 0 } ns
            ? new SecretReference(name, ns)
            : null;
}
