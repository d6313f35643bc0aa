using Csi.V1;
using Sidecars.Csi;
using Sidecars.ExternalResizer.Requests;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalResizer.Expansion;

/// <summary>
/// Makes a volume larger at its driver. Where nodes alone do that nobody is asked: the answer is that the node has to. An answer that cannot be is
/// an error like another.
/// </summary>
internal sealed class VolumeGrowth(ExpandRequests requests, DriverCalls calls, DriverFacts driver)
{
    public async Task<(ControllerExpandVolumeResponse? Answer, CsiError? Error, FailureKind Kind)> Grow(
        PersistentVolumeClaim claim, PersistentVolume volume, Quantity size, CancellationToken stop)
    {
        if (driver.Way is ExpansionWay.NodesAlone) return (new ControllerExpandVolumeResponse { CapacityBytes = size.Value, NodeExpansionRequired = true }, null, default);
        var (order, notComposed) = await requests.Compose(volume, size, stop);
        if (order is null) return (null, CsiError.Local(notComposed!), FailureKind.Open);
        var answer = await calls.Expand(order.Request, order.IsMigrated, stop);
        if (!answer.IsOk) return (null, answer.Error, ExpandErrors.KindOf(answer.Error));
        // Of what the volume's object says only as much counts as was asked for: an earlier answer may have been rounded up.
        var has = Sizes.Has(claim).Value;
        var present = Math.Max(has, Math.Min(Sizes.Has(volume).Value, size.Value));
        return ExpandErrors.Faulty(answer.Response.CapacityBytes, present, has, size.Value) is { } fault
            ? (null, fault, FailureKind.Impossible)
            : (answer.Response, null, default);
    }
}
