using Csi.V1;
using Sidecars.Csi;

namespace Sidecars.ExternalProvisioner;

/// <summary>
/// Makes the calls of creating and deleting, and of asking for capacity, each within the limit of <c>--timeout</c>. Those for volumes of a built-in plugin of old are
/// measured apart.
/// </summary>
internal sealed class DriverCalls(CsiConnection connection, TimeSpan timeout, TimeProvider time)
{
    private readonly CsiCall _calls = new(time);
    private readonly Controller.ControllerClient _plain = new(connection.Invoker);
    private readonly Controller.ControllerClient _migrated = new(connection.InvokerForMigrated);

    /// <summary>Limit of one call.</summary>
    public TimeSpan Timeout => timeout;

    public Task<CsiResult<CreateVolumeResponse>> Create(CreateVolumeRequest request, bool isMigrated, CancellationToken stop) =>
        _calls.InvokeAsync(Client(isMigrated).CreateVolumeAsync, request, timeout, stop);

    public Task<CsiResult<GetCapacityResponse>> Capacity(GetCapacityRequest request, CancellationToken stop) =>
        _calls.InvokeAsync(_plain.GetCapacityAsync, request, timeout, stop);

    public Task<CsiResult<DeleteVolumeResponse>> Delete(DeleteVolumeRequest request, bool isMigrated, TimeSpan limit, CancellationToken stop) =>
        _calls.InvokeAsync(Client(isMigrated).DeleteVolumeAsync, request, limit, stop);

    private Controller.ControllerClient Client(bool isMigrated) => isMigrated ? _migrated : _plain;
}
