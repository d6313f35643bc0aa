using Csi.V1;
using Grpc.Core;
using Sidecars.Csi;
using Sidecars.ExternalAttacher.Requests;

namespace Sidecars.ExternalAttacher.Attachments;

/// <summary>Makes the two calls of attaching and detaching, each within the limit of <c>--timeout</c>.</summary>
internal sealed class DriverCalls(CsiConnection connection, TimeSpan timeout, TimeProvider time)
{
    private readonly CsiCall _calls = new(time);
    private readonly Controller.ControllerClient _plain = new(connection.Invoker);
    private readonly Controller.ControllerClient _migrated = new(connection.InvokerForMigrated);

    public async Task<CsiResult<ControllerPublishVolumeResponse>> Publish(PublishOrder order, CancellationToken stop) =>
        order.Undeliverable is { } error ? error
            : await _calls.InvokeAsync(ClientOf(order.IsMigrated).ControllerPublishVolumeAsync, order.Request, timeout, stop);

    /// <summary>
    /// Unpublishes from the node by the name it was published under. Only a driver that does not know that name any more is asked by
    /// today's: a node that came back is another one to it, and "nothing is published there" would be no answer to our question.
    /// </summary>
    public async Task<CsiResult<ControllerUnpublishVolumeResponse>> Unpublish(UnpublishOrder order, CancellationToken stop)
    {
        if (order.Undeliverable is { } error) return error;
        var answer = await Unpublish(order.Request, order.IsMigrated, stop);
        if (answer.IsOk || order.OtherNodeId is not { } other || !IsUnknownNode(answer.Error)) return answer;
        var again = order.Request.Clone();
        again.NodeId = other;
        return await Unpublish(again, order.IsMigrated, stop);
    }

    /// <summary>What a driver says of a node that it does not know, or not any more: nothing can be published there.</summary>
    public static bool IsUnknownNode(CsiError error) => error.Code is StatusCode.NotFound or StatusCode.InvalidArgument;

    private Task<CsiResult<ControllerUnpublishVolumeResponse>> Unpublish(ControllerUnpublishVolumeRequest request, bool isMigrated, CancellationToken stop) =>
        _calls.InvokeAsync(ClientOf(isMigrated).ControllerUnpublishVolumeAsync, request, timeout, stop);

    private Controller.ControllerClient ClientOf(bool isMigrated) => isMigrated ? _migrated : _plain;
}
