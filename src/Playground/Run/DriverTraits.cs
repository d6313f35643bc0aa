using Microsoft.Extensions.Logging.Abstractions;
using Sidecars.Csi;
using Capability = Csi.V1.ControllerServiceCapability.Types.RPC.Types.Type;

namespace Sidecars.Playground;

/// <summary>What somebody else's driver says it can do, asked before the sidecars are started that end where it cannot.</summary>
internal static class DriverTraits
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    /// <summary>Whether it takes snapshots.</summary>
    /// <exception cref="StepFailed">It does not say.</exception>
    public static async Task<bool> TakesSnapshots(string socket, CancellationToken stop)
    {
        var address = CsiAddress.Parse(socket, out var error) ?? throw new StepFailed(error!);
        var (connection, failure) = await CsiConnection.TryConnectAsync(
            new CsiConnectionOptions { Address = address }, NullLogger.Instance, TimeProvider.System, stop);
        using var opened = connection ?? throw new StepFailed(failure!);
        var answer = await new DriverIdentity(opened.Invoker, new CsiCall(TimeProvider.System), s_limit).ControllerCapabilitiesAsync(stop);
        return answer.IsOk
            ? new ControllerCapabilities(answer.Response).Has(Capability.CreateDeleteSnapshot)
            : throw new StepFailed($"Asking the driver at {socket} what its controller can do (ControllerGetCapabilities) failed: {answer.Error.Text}");
    }
}
