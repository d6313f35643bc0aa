using System.Text.Json;
using System.Text.Json.Nodes;
using Csi.V1;
using Grpc.Core;
using Sidecars.Csi;

namespace Sidecars.Playground;

/// <summary>
/// A claim that asks for the attributes of another class while a pod uses it: what has to be true once the driver has changed the volume. Whether it has,
/// the driver itself is asked (ValidateVolumeCapabilities).
/// </summary>
internal sealed class OtherAttributes(ClusterState state, CsiConnection driver, JsonObject attributes, JsonObject wish)
{
    private const string Claims = "persistentvolumeclaims";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);

    private readonly Controller.ControllerClient _controller = new(driver.Invoker);

    private string Wanted => wish["spec"]!["volumeAttributesClassName"]!.ToString();

    private JsonElement? Claim => state.Find(Claims, wish)?.Root;

    private JsonElement? Volume => Claim is { } claim ? state.Find("persistentvolumes", ObjectSummary.Text(claim, "spec", "volumeName"))?.Root : null;

    public IEnumerable<Step> Steps()
    {
        yield return new Step(
            $"the volume of {ObjectName.Of(wish)} has the attributes of {Wanted} at the driver", Growth.Resizer, () => Answer() is "", Answer)
        { Deed = "a claim's attributes changed while its pod uses it" };
        yield return new Step(
            $"the volume of {ObjectName.Of(wish)} is of VolumeAttributesClass {Wanted}", Growth.Resizer,
            () => Volume is { } volume && ObjectSummary.Text(volume, "spec", "volumeAttributesClassName") == Wanted,
            () => Volume is { } volume ? ObjectSummary.Of("PersistentVolume", volume) : "there is no PersistentVolume");
        yield return new Step(
            $"{ObjectName.Of(wish)} says that it has the attributes of {Wanted}", Growth.Resizer,
            () => Claim is { } claim && ObjectSummary.Text(claim, "status", "currentVolumeAttributesClassName") == Wanted
                && !claim.GetProperty("status").TryGetProperty("modifyVolumeStatus", out _),
            () => state.Tell(Claims, wish));
    }

    // Empty where the driver confirms it, else what it says instead.
    private string Answer()
    {
        if (Volume is not { } volume) return "there is no PersistentVolume";
        var request = new ValidateVolumeCapabilitiesRequest
        {
            VolumeId = ObjectSummary.Text(volume, "spec", "csi", "volumeHandle"),
            VolumeCapabilities =
            {
                new VolumeCapability
                {
                    Mount = new VolumeCapability.Types.MountVolume(),
                    AccessMode = new VolumeCapability.Types.AccessMode { Mode = VolumeCapability.Types.AccessMode.Types.Mode.SingleNodeWriter },
                },
            },
        };
        foreach (var (name, value) in attributes["parameters"]!.AsObject()) request.MutableParameters[name] = value!.ToString();
        try
        {
            var answer = _controller.ValidateVolumeCapabilities(request, deadline: TimeProvider.System.GetUtcNow().UtcDateTime + s_limit);
            return answer.Confirmed is not null ? "" : answer.Message;
        }
        catch (RpcException failure)
        {
            return $"the driver says {failure.Status.StatusCode}: {failure.Status.Detail}";
        }
    }
}
