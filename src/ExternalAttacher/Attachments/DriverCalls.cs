using Csi.V1;
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

    public async Task<CsiResult<ControllerUnpublishVolumeResponse>> Unpublish(UnpublishOrder order, CancellationToken stop) =>
        order.Undeliverable is { } error ? error
            : await _calls.InvokeAsync(ClientOf(order.IsMigrated).ControllerUnpublishVolumeAsync, order.Request, timeout, stop);

    private Controller.ControllerClient ClientOf(bool isMigrated) => isMigrated ? _migrated : _plain;
}
