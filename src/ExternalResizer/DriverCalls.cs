using Csi.V1;
using Sidecars.Csi;

namespace Sidecars.ExternalResizer;

/// <summary>Makes the two calls of expanding and modifying, each within the limit of <c>--timeout</c>.</summary>
internal sealed class DriverCalls(CsiConnection connection, TimeSpan timeout, TimeProvider time)
{
    private readonly CsiCall _calls = new(time);
    private readonly Controller.ControllerClient _plain = new(connection.Invoker);
    private readonly Controller.ControllerClient _migrated = new(connection.InvokerForMigrated);

    public Task<CsiResult<ControllerExpandVolumeResponse>> Expand(ControllerExpandVolumeRequest request, bool isMigrated, CancellationToken stop) =>
        _calls.InvokeAsync((isMigrated ? _migrated : _plain).ControllerExpandVolumeAsync, request, timeout, stop);

    public Task<CsiResult<ControllerModifyVolumeResponse>> Modify(ControllerModifyVolumeRequest request, CancellationToken stop) =>
        _calls.InvokeAsync(_plain.ControllerModifyVolumeAsync, request, timeout, stop);
}
