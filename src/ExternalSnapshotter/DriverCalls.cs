using Csi.V1;
using Grpc.Core;
using Sidecars.Csi;
using Sidecars.Hosting;

namespace Sidecars.ExternalSnapshotter;

/// <summary>
/// Makes the calls of taking, asking and deleting, each within the limit of <c>--timeout</c>. A stop does not break a call off at once: what
/// the driver does has some seconds to come to its end, so that its outcome is noted (snapshotter contract 1.5).
/// </summary>
internal sealed class DriverCalls(CsiConnection connection, TimeSpan timeout, TimeProvider time)
{
    /// <summary>Left to a call under way at a stop: less than the thirty seconds after which the kubelet kills.</summary>
    private static readonly TimeSpan s_leftAtTheEnd = TimeSpan.FromSeconds(20);

    private readonly CsiCall _calls = new(time);
    private readonly Controller.ControllerClient _singles = new(connection.Invoker);
    private readonly GroupController.GroupControllerClient _groups = new(connection.Invoker);

    public Task<CsiResult<CreateSnapshotResponse>> Create(CreateSnapshotRequest request, CancellationToken stop) =>
        Make(_singles.CreateSnapshotAsync, request, stop);

    public Task<CsiResult<ListSnapshotsResponse>> List(ListSnapshotsRequest request, CancellationToken stop) =>
        Make(_singles.ListSnapshotsAsync, request, stop);

    public Task<CsiResult<DeleteSnapshotResponse>> Delete(DeleteSnapshotRequest request, CancellationToken stop) =>
        Make(_singles.DeleteSnapshotAsync, request, stop);

    public Task<CsiResult<CreateVolumeGroupSnapshotResponse>> Create(CreateVolumeGroupSnapshotRequest request, CancellationToken stop) =>
        Make(_groups.CreateVolumeGroupSnapshotAsync, request, stop);

    public Task<CsiResult<GetVolumeGroupSnapshotResponse>> Get(GetVolumeGroupSnapshotRequest request, CancellationToken stop) =>
        Make(_groups.GetVolumeGroupSnapshotAsync, request, stop);

    public Task<CsiResult<DeleteVolumeGroupSnapshotResponse>> Delete(DeleteVolumeGroupSnapshotRequest request, CancellationToken stop) =>
        Make(_groups.DeleteVolumeGroupSnapshotAsync, request, stop);

    private async Task<CsiResult<TResponse>> Make<TRequest, TResponse>(
        Func<TRequest, CallOptions, AsyncUnaryCall<TResponse>> method, TRequest request, CancellationToken stop) where TResponse : class
    {
        stop.ThrowIfCancellationRequested();
        using var end = new TimeLimit(null, time, default);
        await using var ending = stop.UnsafeRegister(_ => end.Restart(s_leftAtTheEnd), null);
        return await _calls.InvokeAsync(method, request, timeout, end.Token);
    }
}
