using Csi.V1;
using Grpc.Core;

namespace Sidecars.Csi;

/// <summary>
/// Asks a driver who it is and what it can do: one call a method, one try, each with the same limit. Says nothing about readiness; callers
/// probe first. Answers are not kept, because only the caller knows for how long they hold.
/// </summary>
public sealed class DriverIdentity(CallInvoker invoker, CsiCall calls, TimeSpan? callLimit)
{
    /// <summary>The limit some programs use for the name alone, whatever their timeout is (common contract 3.7).</summary>
    public static readonly TimeSpan ShortLimit = TimeSpan.FromSeconds(1);

    private const string EmptyName = "driver name is empty";

    private readonly Identity.IdentityClient _identity = new(invoker);
    private readonly Controller.ControllerClient _controller = new(invoker);
    private readonly GroupController.GroupControllerClient _groups = new(invoker);
    private readonly Node.NodeClient _node = new(invoker);

    /// <summary>The driver's name, never empty. It is not validated any further.</summary>
    public async Task<CsiResult<string>> NameAsync(CancellationToken stop)
    {
        var result = await calls.InvokeAsync(_identity.GetPluginInfoAsync, new GetPluginInfoRequest(), callLimit, stop);
        return result.Map<string>(r => r.Name.Length > 0 ? r.Name : CsiError.Local(EmptyName));
    }

    /// <summary>What the driver as a whole can do; see <see cref="PluginCapabilities"/>.</summary>
    public Task<CsiResult<GetPluginCapabilitiesResponse>> PluginCapabilitiesAsync(CancellationToken stop) =>
        calls.InvokeAsync(_identity.GetPluginCapabilitiesAsync, new GetPluginCapabilitiesRequest(), callLimit, stop);

    /// <summary>What the Controller service can do; see <see cref="ControllerCapabilities"/>.</summary>
    public Task<CsiResult<ControllerGetCapabilitiesResponse>> ControllerCapabilitiesAsync(CancellationToken stop) =>
        calls.InvokeAsync(_controller.ControllerGetCapabilitiesAsync, new ControllerGetCapabilitiesRequest(), callLimit, stop);

    /// <summary>On which node the driver runs, and where that stands.</summary>
    public Task<CsiResult<NodeGetInfoResponse>> NodeInfoAsync(CancellationToken stop) =>
        calls.InvokeAsync(_node.NodeGetInfoAsync, new NodeGetInfoRequest(), callLimit, stop);

    /// <summary>What the GroupController service can do; see <see cref="GroupControllerCapabilities"/>.</summary>
    public Task<CsiResult<GroupControllerGetCapabilitiesResponse>> GroupControllerCapabilitiesAsync(CancellationToken stop) =>
        calls.InvokeAsync(_groups.GroupControllerGetCapabilitiesAsync, new GroupControllerGetCapabilitiesRequest(), callLimit, stop);
}
