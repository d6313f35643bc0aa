using Csi.V1;
using Sidecars.Csi;
using Sidecars.Kubernetes.Objects;
using Sidecars.ExternalAttacher.Volumes;

namespace Sidecars.ExternalAttacher.Requests;

/// <summary>
/// Makes the calls of an attachment. The order of the steps is the contract's (attacher contract 8 and 9), because the first that
/// fails is the one the user reads. On the way to a publish call the volume gets our mark, so that it cannot vanish before it is
/// detached; nothing else is written.
/// </summary>
internal sealed class OrderComposer(
    DriverFacts driver, string defaultFsType, VolumeOrigins origins, VolumeMarks marks, CallSecrets secrets, NodeIds nodes)
{
    public async Task<(PublishOrder? Order, string? Error)> ToPublish(VolumeAttachment attachment, CancellationToken stop)
    {
        var (origin, error) = await origins.Find(attachment, stop);
        if (origin is null) return (null, error);
        if (origin.Volume is { } volume)
        {
            if (volume.IsBeingDeleted) return (null, $"PersistentVolume \"{volume.Name}\" is marked for deletion");
            if (await marks.Add(volume, stop) is { } refused) return (null, $"could not add PersistentVolume finalizer: {refused}");
        }
        (var known, error) = VolumeOrigins.Resolve(origin);
        if (known is null) return (null, error);

        var details = known.Details;
        if (!AttachModes.TryCombine(details.AccessModes ?? [], driver.HasSingleNodeMultiWriter, out var mode, out error)) return (null, error);
        (var secret, error) = await secrets.Read(known.Csi.ControllerPublishSecretRef, stop);
        if (secret is null) return (null, error);
        (var nodeId, error) = nodes.ToAttach(attachment);
        if (nodeId is null) return (null, error);

        var request = new ControllerPublishVolumeRequest
        {
            VolumeId = known.Csi.VolumeHandle ?? "",
            NodeId = nodeId,
            VolumeCapability = VolumeCapabilities.Compose(details.VolumeMode is WellKnown.Block,
                known.Csi.FsType is { Length: > 0 } fsType ? fsType : defaultFsType, details.MountOptions, mode),
            Readonly = known.Csi.ReadOnly && driver.PublishesReadOnly,
        };
        foreach (var (key, value) in known.Csi.VolumeAttributes ?? Sidecars.Kubernetes.Objects.StringMap.Empty) request.VolumeContext[key] = value;
        if (secret.Values is { } values) request.Secrets.Add(values.ToDictionary());
        // Without our mark nothing was ever published for it.
        var former = attachment.HasFinalizer(driver.Finalizer) ? NodeIds.Former(attachment, nodeId) : null;
        return (new PublishOrder(request, known.IsMigrated, secret.Undeliverable, former), null);
    }

    public async Task<(UnpublishOrder? Order, string? Error)> ToUnpublish(VolumeAttachment attachment, CancellationToken stop)
    {
        var (origin, error) = await origins.Find(attachment, stop);
        if (origin is null) return (null, error);
        (var known, error) = VolumeOrigins.Resolve(origin);
        if (known is null) return (null, error);
        (var secret, error) = await secrets.Read(known.Csi.ControllerPublishSecretRef, stop);
        if (secret is null) return (null, error);
        (var nodeId, var other, error) = nodes.ToDetach(attachment);
        if (nodeId is null) return (null, error);

        var request = new ControllerUnpublishVolumeRequest { VolumeId = known.Csi.VolumeHandle ?? "", NodeId = nodeId };
        if (secret.Values is { } values) request.Secrets.Add(values.ToDictionary());
        return (new UnpublishOrder(request, known.IsMigrated, secret.Undeliverable, other), null);
    }
}
